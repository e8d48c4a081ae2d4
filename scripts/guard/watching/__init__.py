"""Saved files: which restart what."""
