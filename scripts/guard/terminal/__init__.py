"""The user's own terminal: its modes, which are always put back, and its keys."""
