"""What a download is, in words and types: no web framework, no database, no processes."""
