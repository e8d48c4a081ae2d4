"""`make attach`: a user's terminal on a service's, and the guard's side of it."""
