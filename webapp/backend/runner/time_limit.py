"""Ends what takes too long, wherever it is: Python looks for signals in a search, too."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def time_limit(seconds: float, late: BaseException) -> Iterator[None]:
    """Raise `late` in the block when the time is up; in the main thread only (signal(2))."""

    def end(*_: object) -> None:
        raise late

    former = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
