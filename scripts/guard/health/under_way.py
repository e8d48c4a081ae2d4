"""Asks what is under way in the services, for somebody who is about to restart or stop them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from ..config.current import CurrentConfig
from ..core.phases import State
from ..core.run_tag import RunTag
from ..core.snapshot import Snapshot
from ..core.work import Work, work_of
from . import listeners, probe

TIMEOUT = 1.5  # seconds that somebody waits who has clicked; a service that is silent is left out


class UnderWay:
    """What the services are busy with; asked once for all who want to know at the same time."""

    def __init__(
        self,
        current: CurrentConfig,
        tag: Callable[[str], RunTag],
        snapshot: Callable[[], Snapshot],
    ) -> None:
        self._current = current
        self._tag = tag
        self._snapshot = snapshot
        self._asked: asyncio.Task[dict[str, Work]] | None = None

    async def now(self) -> dict[str, Work]:
        """Return it by service: of those that are up, busy, and name a path in `NAME_READY`."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(self._ask_all())
        return await asyncio.shield(self._asked)

    async def _ask_all(self) -> dict[str, Work]:
        config = self._current.get()
        asked = [
            (view.name, view.pid or 0, service.port, service.ready)
            for view in self._snapshot().services
            if view.state is State.READY
            if (service := config.find(view.name)) and service.port and service.ready
        ]
        answers = await asyncio.gather(*(self._ask(*each) for each in asked))
        return {name: work for (name, *_), work in zip(asked, answers, strict=True) if work}

    async def _ask(self, name: str, pid: int, port: int, path: str) -> Work | None:
        tag = self._tag(name)
        is_ours = partial(listeners.answers_for_us, leader=pid, tag=tag)
        with suppress(TimeoutError):
            async with asyncio.timeout(TIMEOUT):
                answer = await probe.fetch(port, path, tag.run, is_ours)
                return None if answer is None else work_of(answer[1])
        return None
