"""Processes: started, signalled, reaped with all their descendants, measured."""
