"""A time limit for code that nothing else can interrupt, such as the matching of a pattern."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import CodeType, FrameType

_AGAIN = 0.05  # seconds until it is raised again where Python could only print it


class TimeLimitError(Exception):
    """The block took longer than its limit."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise `TimeLimitError` in the block once it has taken so many seconds.

    A thread cannot do that: `re` keeps the interpreter's lock while it matches. But it lets signal
    handlers run (`PyErr_CheckSignals` in CPython's `Modules/_sre`), so an alarm ends it. Only the
    main thread has signal handlers; elsewhere there is no limit.

    An alarm that comes while a weak reference's callback or a `__del__` runs is printed and goes on
    nowhere, so it comes again until the block is left.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(_number: int, frame: FrameType | None) -> None:
        if not _runs(_LEAVING, frame):
            raise TimeLimitError

    before = signal.signal(signal.SIGALRM, over)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.signal(signal.SIGALRM, before)


_LEAVING = time_limit.__wrapped__.__code__  # type: ignore[attr-defined]  # set by functools.wraps


def _runs(code: CodeType, frame: FrameType | None) -> bool:
    """Whether it is being run by this frame or one that called it."""
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back
    return frame is not None
