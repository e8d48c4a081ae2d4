"""Saved files: which ones matter, and when."""
