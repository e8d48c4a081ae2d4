"""`make fuzz`: throw made-up input at whatever reads what comes from elsewhere, for a time.

A target is an entry to the code, what it is fed with, and what must hold whatever it is fed with.
Most call the code itself; the HTTP of the guard and the API are real processes. A short run of all
of them is among the tests (`tests/fuzz`).
"""
