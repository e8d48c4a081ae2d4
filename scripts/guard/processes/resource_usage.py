"""How much memory and processor each service uses, looked up only while somebody asks."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from ..core.apart import apart

INTERVAL = 2.0  # seconds between two looks


class Use(NamedTuple):
    """What the processes of one session use together."""

    memory: int
    """Resident bytes (RSS); shared pages count once per process."""
    cpu: float | None
    """Share of one processor since the last look, 1.0 being all of it; None at the first."""
    processes: int

    def as_json(self) -> dict[str, float | None]:
        """Return the JSON object of the event stream."""
        cpu = None if self.cpu is None else round(self.cpu, 4)
        return {"memory": self.memory, "cpu": cpu, "processes": self.processes}


class Usage:
    """Samples sessions; all who ask within `INTERVAL` share one look.

    `leaders` names the services' session leaders, by pid. The guard itself is added, and `kept`:
    processes of its own that it keeps for a service, told apart from it.
    """

    def __init__(
        self,
        leaders: Callable[[], Mapping[str, int]],
        kept: Callable[[], Mapping[str, Sequence[int]]] = dict,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._leaders = leaders
        self._kept = kept
        self._clock = clock
        self._looked: float | None = None
        self._spent: dict[tuple[int, float], float] = {}
        self._latest: dict[str, Use] = {}
        self._one_at_a_time = asyncio.Lock()

    async def latest(self) -> dict[str, Use]:
        """Return what each service and the guard use, at most `INTERVAL` seconds old."""
        async with self._one_at_a_time:
            if self._looked is None or self._clock() - self._looked >= INTERVAL:
                asked = dict(self._leaders()), dict(self._kept())
                self._latest = await apart(self._look, *asked)
        return self._latest

    def _look(
        self, leaders: Mapping[str, int], kept: Mapping[str, Sequence[int]]
    ) -> dict[str, Use]:
        import psutil

        now = self._clock()
        passed = None if self._looked is None else now - self._looked
        members = _sessions(psutil.pids(), set(leaders.values()))
        wanted: dict[str, Sequence[int]] = {"guard": [os.getpid()], **kept}
        # A service of that name takes its place.
        wanted |= {name: members.get(pid, []) for name, pid in leaders.items()}
        spent: dict[tuple[int, float], float] = {}
        uses = {}
        for name, pids in wanted.items():
            memory, used, count = 0, 0.0, 0
            for pid in pids:
                try:
                    process = psutil.Process(pid)
                    with process.oneshot():
                        memory += process.memory_info().rss
                        times = process.cpu_times()
                        key = pid, process.create_time()
                except psutil.Error:  # it has just ended
                    continue
                count += 1
                spent[key] = times.user + times.system
                # A process that was not there at the last look has spent all its time since.
                used += spent[key] - self._spent.get(key, 0.0)
            uses[name] = Use(memory, used / passed if passed else None, count)
        self._looked, self._spent = now, spent
        return uses


def _sessions(pids: Iterable[int], leaders: set[int]) -> dict[int, list[int]]:
    """Return the members of each leader's session, those that moved to a group of their own too."""
    members: dict[int, list[int]] = {}
    for pid in pids:
        try:
            session = os.getsid(pid)
        except OSError:
            continue
        if session in leaders:
            members.setdefault(session, []).append(pid)
    return members
