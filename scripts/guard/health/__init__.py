"""Whether a service is ready, answers, or hangs."""
