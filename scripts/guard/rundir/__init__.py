"""The folder of the guard's files: lock, token, and what an earlier guard left running."""
