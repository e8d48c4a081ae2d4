"""What every other package may know: states, snapshots, causes. Standard library only, no I/O."""
