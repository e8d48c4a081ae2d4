"""An event loop whose time passes only while nothing is to be done, and then at once."""

from __future__ import annotations

import asyncio
import selectors


class _Selector(selectors.SelectSelector):
    """Waits for no time: whoever would is told how long it was to be."""

    slept = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:  # nothing is to be done at any time: something is to happen
            return super().select(None)
        found = super().select(0)
        if not found:
            self.slept += max(timeout, 0.0)
        return found


class TimelessLoop(asyncio.SelectorEventLoop):
    """Begins at 0 s."""

    def __init__(self) -> None:
        self._waiting = _Selector()
        super().__init__(self._waiting)

    def time(self) -> float:
        return self._waiting.slept
