"""Starts servers by forking an interpreter that has loaded their libraries: see decision 7."""
