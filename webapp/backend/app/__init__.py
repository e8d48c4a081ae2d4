"""The use cases, the one place that puts all parts together, and their loading."""
