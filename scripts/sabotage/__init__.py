"""Breaks what is promised, one promise at a time, and sees if its test turns red.

``pairs.toml`` has a pair for each promise, and ``settings.toml`` for each setting: what is broken,
and the test that must notice. ``pairs`` reads them, ``promises`` finds in the documentation what is
promised, ``scratch`` is the copy of the project that is broken, ``__main__`` runs it all.
"""
