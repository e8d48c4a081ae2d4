"""Live events: to the event streams of this process, and to other processes."""
