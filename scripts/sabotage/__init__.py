"""Breaks what is promised, one promise at a time, and sees if its test turns red.

A pair is what is broken and the test that must notice: ``settings.toml`` has one for each setting,
``security.toml`` and ``features.toml`` for what these documents say is tested, ``pairs.toml`` for
everything else that is promised. ``pairs`` reads them, ``promises`` finds in the documentation what
is promised, ``scratch`` is the copy of the project that is broken, ``__main__`` runs it all.
"""
