"""The folder `.guard`: lock, token, leftovers of an earlier guard."""
