"""`up`: builds every part of a running stack, and runs the event loop."""
