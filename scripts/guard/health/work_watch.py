"""Asks a service that is up whether it can work, where a setting names the path: `NAME_READY`.

One that cannot is told with its own reason, and left alone: a restart fixes no database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from ..config.current import CurrentConfig
from ..core.cause import Cause
from ..core.lasting import lasting
from ..core.phases import State
from ..core.run_tag import RunTag
from ..core.snapshot import Snapshot
from ..core.unready import cause_of
from . import listeners, probe

PAUSE = 2.0  # seconds between two looks
LOOKS = 2  # in a row that find the same: what has just been started is not told of at once


class _Watch(NamedTuple):
    pid: int
    port: int
    path: str
    task: asyncio.Task[None]


class WorkWatch:
    """Has one task for every process that is up and says whether it can work."""

    def __init__(
        self,
        current: CurrentConfig,
        tag: Callable[[str], RunTag],
        tell: Callable[[str, Cause | None], None],
    ) -> None:
        """`tell` is called with a service's name and why it cannot work, None once it can.

        The mark that `tag` gives shows a service that the guard asks.
        """
        self._current = current
        self._tag = tag
        self._tell = tell
        self._watches: dict[str, _Watch] = {}

    def on_change(self, snapshot: Snapshot) -> None:
        """Follow what is up; end what watched another process, port or path."""
        config = self._current.get()
        wanted = {
            view.name: (view.pid, service.port, service.ready)
            for view in snapshot.services
            if view.state is State.READY and view.pid is not None
            if (service := config.find(view.name)) and service.port and service.ready
        }
        for name, watch in list(self._watches.items()):
            if wanted.get(name) != watch[:3]:
                self._watches.pop(name).task.cancel()
                if snapshot.service(name) is not None:
                    asyncio.get_running_loop().call_soon(self._tell, name, None)
        for name, (pid, port, path) in wanted.items():
            if name not in self._watches and pid and port and path:
                look = partial(self._look, name, pid, port, path)
                looking = lasting(f"the question whether {name} can work", look)
                task = asyncio.get_running_loop().create_task(looking)
                self._watches[name] = _Watch(pid, port, path, task)

    async def _look(self, name: str, pid: int, port: int, path: str) -> None:
        failures, told, tag = 0, None, self._tag(name)
        is_ours = partial(listeners.answers_for_us, leader=pid, tag=tag)
        while True:
            answer = await probe.fetch(port, path, tag.run, is_ours)
            if answer is not None:  # who says nothing at all is the hang detector's business
                cause = cause_of(name, path, *answer)
                failures = 0 if cause is None else failures + 1
                if cause != told and (cause is None or failures >= LOOKS):
                    told = cause
                    self._tell(name, cause)
            await asyncio.sleep(PAUSE)
