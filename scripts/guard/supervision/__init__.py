"""Decides: the supervisor and its history."""
