"""What the guard says over HTTP: on its own port, and in place of a service that is down."""
