"""Looks every second at whom the kernel killed for memory: after a crash it is too late to tell."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.lasting import every
from ..core.snapshot import Snapshot
from ..diagnosis.memory_kills import MemoryKills

INTERVAL = 1.0  # seconds between two looks


class MemoryWatch:
    """Follows the snapshots, to know which processes run."""

    def __init__(self, kills: MemoryKills) -> None:
        self._kills = kills
        self._pids: Sequence[int] = ()
        every(INTERVAL, "the look at whom the kernel killed", self._look)

    def on_change(self, snapshot: Snapshot) -> None:
        """Take note of what runs."""
        self._pids = [view.pid for view in snapshot.services if view.pid is not None]

    def _look(self) -> None:
        self._kills.look(self._pids)
