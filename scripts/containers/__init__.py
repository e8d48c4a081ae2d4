"""Builds and runs the containers with the engines that are there, and keeps what was measured."""
