"""When a process that was started counts as up: once it, and nobody else, answers on its port.

Where its line does not say on which port that is, it is up after a while, and looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from ..config.current import CurrentConfig
from ..config.service import Service
from ..core.apart import apart
from ..core.lasting import lasting
from ..core.phases import State
from ..core.protocol import Protocol
from ..core.run_tag import RunTag
from ..core.snapshot import ServiceView, Snapshot
from ..net import port_owners
from ..processes import descendants
from . import listeners, probe

WORKER_UP_SECONDS = 1.0  # for which a process that serves no port must live to count as up
FINDING_PAUSES = (1, 2, 4, 8, 16, 32, 0)  # seconds between looks at what it listens on
STRANGER_PAUSE = 1.0  # seconds until we ask again, after somebody else has answered


class _Probe(NamedTuple):
    pid: int
    again: bool
    """Whether the process was up before, and has lost its port."""
    asks: tuple[str, bool]
    """For which path, and whether a server error is an answer too: `.env` may change both."""
    task: asyncio.Task[None]

    def is_for(self, service: Service, view: ServiceView, *, again: bool) -> bool:
        if (self.pid, self.again) != (view.pid, again):
            return False
        is_asked_so = view.state is State.STARTING and self.asks == _asks(service)
        return is_asked_so or view.state is State.READY


class Readiness:
    """Has one probe under way for every process that starts, and none for any other."""

    def __init__(
        self,
        current: CurrentConfig,
        *,
        up: Callable[[str], None],
        listens: Callable[[str, int, Protocol | None], None],
        speaks: Callable[[str, Protocol], None],
        report: Callable[[str], None],
        tag: Callable[[str], RunTag],
    ) -> None:
        self._current = current
        self._up = up
        self._listens = listens
        self._speaks = speaks
        self._report = report
        self._tag = tag
        self._probes: dict[str, _Probe] = {}

    def on_change(self, snapshot: Snapshot) -> None:
        """Begin or end probes, as the processes and states of the services ask."""
        config = self._current.get()
        for name in self._probes.keys() - {service.name for service in config.services}:
            self._end(name)  # there is no such service any more
        for view in snapshot.services:
            service = config.find(view.name)
            if service is not None:
                self._follow(service, view)

    def _follow(self, service: Service, view: ServiceView) -> None:
        again = view.has_lost_its_port
        known = self._probes.get(service.name)
        if known is not None and not known.is_for(service, view, again=again):
            self._end(service.name)
        if view.pid is None or view.state is not State.STARTING or service.name in self._probes:
            return
        if not service.once:  # what is to end is never ready
            await_up = partial(self._await_up, service, view.pid, again=again)
            waiting = lasting(f"the question whether {service.name} is ready", await_up)
            task = asyncio.get_running_loop().create_task(waiting)
            self._probes[service.name] = _Probe(view.pid, again, _asks(service), task)

    def _end(self, name: str) -> None:
        self._probes.pop(name).task.cancel()

    async def _await_up(self, service: Service, pid: int, *, again: bool) -> None:
        if service.port is None or (service.discovered and not again):
            await asyncio.sleep(WORKER_UP_SECONDS)
            self._up(service.name)
            await self._find_port(service, pid)
            return
        if service.held:  # nobody else has the socket
            protocol = await probe.await_answer(service.port, service.health, strict=service.strict)
        else:
            protocol = await self._await_own_answer(service, service.port, pid)
        self._speaks(service.name, protocol)
        self._up(service.name)

    async def _find_port(self, service: Service, pid: int) -> None:
        """See on which port it listens, if it does, since its line does not say."""
        for pause in FINDING_PAUSES:
            ports = port_owners.ports_of(descendants.members(pid, self._tag(service.name)))
            if ports:
                port = service.offered if service.offered in ports else min(ports)
                await self._identify(service, port, pid)
                return
            await asyncio.sleep(pause)

    async def _identify(self, service: Service, port: int, pid: int) -> None:
        """See what it speaks there: at once, or when it has compiled its first page."""
        for pause in FINDING_PAUSES:
            spoken = await probe.identify(port, self._judge(service, port, pid))
            self._listens(service.name, port, spoken)
            if spoken is not None:
                return
            await asyncio.sleep(pause)

    async def _await_own_answer(self, service: Service, port: int, pid: int) -> Protocol:
        told = False
        judge = None if service.strict else self._judge(service, port, pid)
        while True:
            protocol = await probe.await_answer(
                port, service.health, strict=service.strict, speaks_no_http=judge
            )
            tag = self._tag(service.name)
            other = await apart(listeners.stranger, port, pid, tag)
            if other is None:
                return protocol
            if not told:
                self._report(
                    f"{service.name}: port {port} is answered by a process that is not its own: "
                    f"{other}\n  {service.name} is not ready before it answers itself; "
                    f"fix: kill {other.pid}   # or give {service.name} another port: "
                    f"{service.variable}_PORT={port + 1}"
                )
                told = True
            await asyncio.sleep(STRANGER_PAUSE)

    def _judge(self, service: Service, port: int, pid: int) -> Callable[[], bool]:
        """Return what tells whether its process at a port is not to be asked in HTTP."""
        return partial(listeners.speaks_no_http, port, pid, self._tag(service.name))


def _asks(service: Service) -> tuple[str, bool]:
    return service.health, not service.strict
