"""Sees to what is left of downloads that are over, at the start and every hour from then on.

Who is killed, or cannot reach a bucket for a while, leaves something that nobody else is told of:
uploads that cost money, names that stay taken, files that nobody wants.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.timer import Timer

if TYPE_CHECKING:
    from collections.abc import Callable

SWEEP_SECONDS = 3600.0


class Sweeper(Timer):
    """Calls `sweep`, which any number of processes may do at once."""

    def __init__(self, sweep: Callable[[], object]) -> None:
        super().__init__("sweep", "What is left of ended downloads could not be seen to")
        self._sweep = sweep

    def _turn(self) -> float:
        self._sweep()
        return SWEEP_SECONDS
