"""Tells files that a person saves from those that a program writes over and over.

A service that writes below a folder whose saves restart it (its log, its database) would be
restarted by its own writes for ever. A file that is saved more often than people save is passed
over until it has come to rest; then it counts once.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple


class Rate(NamedTuple):
    """What nobody saves by hand."""

    often: int
    """Saves of one file ..."""
    within_seconds: float
    """... in so many seconds are a program's."""
    rest_seconds: float
    """Without a write, after which it counts again."""


STORM = Rate(5, 5.0, 3.0)
IN_VAIN = Rate(5, 60.0, 6.0)  # where each led to another try, which takes time, and none mended it


class WriteStormFilter:
    """What was written lately, by file; `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, rate: Rate = STORM) -> None:
        self._clock = clock
        self._rate = rate
        self._lately: dict[Path, deque[float]] = {}
        """When each was written, the one that was written last being the last."""
        self._restless: dict[Path, float] = {}

    @property
    def is_noisy(self) -> bool:
        """Whether there is a file that is passed over."""
        return bool(self._restless)

    def note(self, saved: Iterable[Path]) -> tuple[frozenset[Path], frozenset[Path]]:
        """Take note of saves; return those that count, and those that begin to be passed over."""
        now = self._clock()
        self._forget_before(now - self._rate.within_seconds)
        known = frozenset(saved)
        begun = frozenset(path for path in known - self._restless.keys() if self._often(path, now))
        self._restless |= dict.fromkeys(known & (self._restless.keys() | begun), now)
        return known - self._restless.keys(), begun

    def quiet(self) -> frozenset[Path]:
        """Return those that have come to rest; they count again from now on."""
        now = self._clock()
        quiet = frozenset(
            path for path, last in self._restless.items() if now - last >= self._rate.rest_seconds
        )
        for path in quiet:
            del self._restless[path]
            self._lately.pop(path, None)
        return quiet

    def _forget_before(self, moment: float) -> None:
        """Keep nothing that cannot count any more: some programs never write a name twice."""
        while self._lately and next(iter(self._lately.values()))[-1] < moment:
            del self._lately[next(iter(self._lately))]

    def _often(self, path: Path, now: float) -> bool:
        times = self._lately.pop(path, deque(maxlen=self._rate.often))
        times.append(now)
        self._lately[path] = times
        return len(times) == times.maxlen and now - times[0] <= self._rate.within_seconds
