"""What the Procfile, `.env` and the shell ask for."""
