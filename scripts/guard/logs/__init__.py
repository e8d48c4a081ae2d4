"""The merged log, from the terminals of the processes to everybody who reads it."""
