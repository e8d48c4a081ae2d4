"""The commands; the only package that talks to people on a terminal."""
