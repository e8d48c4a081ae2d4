"""Downloads from a command line, through the API of a running app."""
