"""The control API: routes and event stream."""
