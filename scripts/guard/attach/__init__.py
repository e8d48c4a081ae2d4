"""Connects a terminal to that of a service."""
