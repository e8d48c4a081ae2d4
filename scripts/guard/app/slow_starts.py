"""Says what is awaited of a service that is not ready after a while, and what it does instead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

from ..config.current import CurrentConfig
from ..core.apart import apart
from ..core.cause import Cause
from ..core.lasting import lasting
from ..core.phases import State
from ..core.snapshot import ServiceView, Snapshot
from ..health import probe, slow_start
from ..health.probe import Answer, Reply

PATIENCE_SECONDS = 8.5  # from its start until a service is looked at ...
LOOK_SECONDS = 1.0  # ... for so long: said within ten seconds
PAUSE_SECONDS = 4.0  # between two looks


class SlowStarts:
    """Follows the snapshots; `remark` is called with the name of a service and what is awaited."""

    def __init__(
        self,
        current: CurrentConfig,
        *,
        members: Callable[[str, int], Iterable[int]],
        begun: Callable[[str], str | None],
        remark: Callable[[str, Cause], None],
    ) -> None:
        """`members` gives the pids of a service, by its name and its leader's pid.

        `begun` gives the line that it has begun to write.
        """
        self._current = current
        self._members = members
        self._begun = begun
        self._remark = remark
        self._watched: dict[str, tuple[int, asyncio.Task[None]]] = {}

    def on_change(self, snapshot: Snapshot) -> None:
        """Watch those that have a process and are not ready, and no other."""
        starting = {view.name: view.pid for view in snapshot.services if _is_slow(view)}
        for name, (pid, task) in tuple(self._watched.items()):
            if starting.get(name) != pid:
                task.cancel()
                del self._watched[name]
        for name, started in starting.items():
            if started is not None and name not in self._watched:
                watch = partial(self._watch, name, started)
                watching = lasting(f"the look at what {name} waits for", watch)
                task = asyncio.get_running_loop().create_task(watching)
                self._watched[name] = started, task

    async def _watch(self, name: str, pid: int) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        before: Cause | None = None
        told = False
        await asyncio.sleep(PATIENCE_SECONDS)
        while True:
            service = self._current.get().find(name)
            if service is None or service.port is None or service.once:
                return
            members = list(self._members(name, pid))
            seen, answer = await asyncio.gather(
                apart(slow_start.look, members, LOOK_SECONDS),
                _ask(service.port, service.health, strict=service.strict),
            )
            seconds = loop.time() - began
            cause = slow_start.explain(service, seen, answer, self._begun(name), seconds)
            # On a busy machine a look may find what is not so: another finding is seen twice.
            if cause is not None and (not told or (before is not None and cause.is_like(before))):
                self._remark(name, cause)
                told = True
            before = cause
            await asyncio.sleep(PAUSE_SECONDS)


def _is_slow(view: ServiceView) -> bool:
    return view.state is State.STARTING and not view.has_lost_its_port


async def _ask(port: int, path: str, *, strict: bool) -> Answer:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            return await probe.ask(port, path, strict=strict)
    except TimeoutError:
        return Answer(Reply.NONE)
