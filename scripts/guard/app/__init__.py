"""`up`: builds every part, and runs the event loop over them."""
