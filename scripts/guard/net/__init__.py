"""Sockets: bind and hold ports, read accept queues, find the owner of a port."""
