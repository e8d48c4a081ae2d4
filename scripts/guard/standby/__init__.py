"""Answers on a port while its service cannot."""
