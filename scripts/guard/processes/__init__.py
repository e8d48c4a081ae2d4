"""What runs: started, signalled, reaped with all that descends from it, measured."""
