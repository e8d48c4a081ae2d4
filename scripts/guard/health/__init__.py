"""Whether a service answers: ready, alive, hanging."""
