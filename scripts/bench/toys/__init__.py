"""Programs of a few lines, for the supervisors to run."""
