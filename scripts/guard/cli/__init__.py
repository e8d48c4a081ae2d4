"""The commands: what people type and read in a terminal."""
