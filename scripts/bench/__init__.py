"""Measures the guard, the backend and the page beside their competitors, in one run.

``stacks`` says what is run, ``competitors`` under what, ``running`` starts and finds and ends it,
``probe`` asks as a client does, ``measures`` holds a figure each, ``report`` writes them down.
``visits`` counts what becomes of new connections, ``suites`` and ``recoveries`` judge.
Of the backend, ``backend`` runs it, ``transfers``, ``loads`` and ``library`` hold the figures.
Of the page, ``browser`` holds the figures; ``redraws.js`` counts what React draws.
"""
