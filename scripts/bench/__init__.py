"""Measures the guard beside the bare servers and beside other supervisors, in one run.

``stacks`` says what is run, ``peers`` under what, ``running`` starts and finds and ends it,
``probe`` asks as a client does, ``measures`` holds a figure each, ``report`` writes them down.
"""
