"""Decides: the supervisor, its history, and the graceful stop of a server."""
