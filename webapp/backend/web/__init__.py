"""The HTTP side, and the only place that knows FastAPI, status codes and headers."""
