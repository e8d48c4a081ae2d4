"""What a death is put down to, and what is kept of it."""
