"""What each service used during the last hour: a look every now and then."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from ..core.lasting import lasting
from .resource_usage import Usage

SPAN_SECONDS = 3600.0
INTERVAL_SECONDS = 15.0
_KEPT = int(SPAN_SECONDS / INTERVAL_SECONDS)


class UsageHistory:
    """Looks every `INTERVAL_SECONDS`, and keeps an hour of it."""

    def __init__(self, usage: Usage, clock: Callable[[], float] = time.time) -> None:
        self._usage = usage
        self._clock = clock
        self._samples: dict[str, deque[tuple[float, int, float | None]]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look from now on, until the event loop ends."""
        looking = lasting("the look at what the services use", self._run)
        self._task = asyncio.get_running_loop().create_task(looking, name="usage")

    async def look(self) -> None:
        """Take note of what is used now."""
        now = round(self._clock(), 1)
        for name, use in (await self._usage.latest()).items():
            kept = self._samples.setdefault(name, deque(maxlen=_KEPT))
            cpu = None if use.cpu is None else round(use.cpu, 4)
            kept.append((now, use.memory, cpu))

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of `GET /api/usage`: samples by service, the oldest first.

        A sample is `[seconds since 1970, bytes, CPU]`; CPU is the share of one processor since
        the look before, 1.0 being all of it.
        """
        begin = self._clock() - SPAN_SECONDS
        return {
            "services": {
                name: [sample for sample in samples if sample[0] >= begin]
                for name, samples in self._samples.items()
            }
        }

    async def _run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(INTERVAL_SECONDS)
