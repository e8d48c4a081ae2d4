"""Threads that are begun and forgotten: nobody waits for one, neither now nor at the end."""

from __future__ import annotations

import _thread
from collections.abc import Callable


def begin(work: Callable[[], object]) -> None:
    """Have it done, and return at once; raises `RuntimeError` where the system starts no thread.

    `threading.Thread.start` returns when the thread runs, which takes long on a busy machine.
    """
    _thread.start_new_thread(work, ())
