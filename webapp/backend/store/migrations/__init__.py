"""The history of our own database, one step a file; `migrate.py` applies it."""
