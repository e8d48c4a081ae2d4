"""A time limit for code that nothing else can interrupt, such as the matching of a pattern."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


class TimeLimitError(Exception):
    """The block took longer than its limit."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TimeLimitError` in the block once it has taken so many seconds.

    A thread cannot do that: `re` keeps the interpreter's lock while it matches. But it lets signal
    handlers run (`PyErr_CheckSignals` in CPython's `Modules/_sre`), so an alarm ends it. Only the
    main thread has signal handlers; elsewhere there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(_number: int, _frame: object) -> None:
        raise TimeLimitError

    before = signal.signal(signal.SIGALRM, over)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.signal(signal.SIGALRM, before)
