"""What every other package may know: states, snapshots, causes. No I/O."""
