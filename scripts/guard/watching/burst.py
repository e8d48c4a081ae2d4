"""Makes one restart of a burst of saves: a checkout, a formatter, "save all" in an editor.

The first save counts at once, so that a single one is never held back. What follows it closely
counts together, once nothing more has come for a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

QUIET_SECONDS = 0.5  # without a save, after which a burst is over
MAX_BURST_SECONDS = 30.0  # after which it counts although it goes on
MANY = 8  # files in one batch: nobody saves so many by hand, the rest is still to come


class Burst:
    """What was saved and does not count yet; `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = float("-inf")
        self._began = 0.0
        self._held: frozenset[Path] = frozenset()

    def note(self, saved: frozenset[Path]) -> frozenset[Path]:
        """Take note of saves; return those that count now."""
        if not saved:
            return saved
        now = self._clock()
        goes_on = now - self._last < QUIET_SECONDS
        self._last = now
        if not self._held and not goes_on and len(saved) < MANY:
            return saved
        if not self._held:
            self._began = now
        self._held |= saved
        return frozenset()

    @property
    def due(self) -> float | None:
        """In how many seconds `take` is to be called, if nothing more comes; None: not at all."""
        if not self._held:
            return None
        over = min(self._last + QUIET_SECONDS, self._began + MAX_BURST_SECONDS)
        return max(0.0, over - self._clock())

    def take(self) -> frozenset[Path]:
        """Return what was held back, which counts now; empty while the burst goes on."""
        if self.due != 0.0:
            return frozenset()
        held, self._held = self._held, frozenset()
        return held
