"""Measures the guard, the backend and the page beside their peers, in one run.

``stacks`` says what is run, ``peers`` under what, ``running`` starts and finds and ends it,
``probe`` asks as a client does, ``measures`` holds a figure each, ``report`` writes them down.
Of the backend, ``backend`` runs it and its peer, ``transfers`` and ``loads`` hold the figures.
Of the page, ``browser`` holds the figures; ``redraws.js`` counts what React draws.
"""
