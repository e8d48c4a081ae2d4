"""The folder `.guard`: lock, token, and what an earlier guard left running."""
