"""Decides: the supervisor, what it remembers, and how a service is asked to leave."""
