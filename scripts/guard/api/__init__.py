"""The control API: routes and the event stream."""
