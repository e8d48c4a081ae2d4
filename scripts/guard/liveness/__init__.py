"""Whether what runs also answers."""
