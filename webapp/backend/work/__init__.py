"""One download: its runner process, its retries, and the news of it."""
