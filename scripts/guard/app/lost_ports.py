"""Notices that a server runs on without its port, and has the guard answer there until it is back.

A reloader (`runserver`, `node --watch`) stays when the child that served has crashed, and starts
another once a file is saved. Until then nobody listens, or whoever has taken the port meanwhile. A
child that has been started and not bound the port yet is left alone with it: on a busy machine it
loads for many seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from ..config.current import CurrentConfig
from ..config.service import Service
from ..core import hints
from ..core.apart import apart
from ..core.cause import PORT_LOST, Cause, say
from ..core.lasting import lasting
from ..core.phases import State
from ..core.snapshot import ServiceView, Snapshot
from ..health import slow_start
from ..net import taken_ports
from ..net.port_owners import PortOwner
from ..processes import birth
from .port_strangers import PortStrangers

LOOK_SECONDS = 1.0
AGAIN_SECONDS = 0.5  # after a look that has found somebody missing
LOOKS = 3  # in a row that find nobody: a reloader that only changes its child is faster
CHILD_LOOK_SECONDS = 0.025  # a new child takes longer to load than that, and then binds the port
LOADING_LOOK_SECONDS = 0.5  # in which one that loads is seen to compute, or to wait for its turn
LOADING_SECONDS = 30.0  # that a new child may take to bind it, before the guard takes it again
BORROW_SECONDS = 0.5  # between two attempts to bind a port that somebody else has


class LostPorts:
    """Follows the snapshots; `lost` is called with the name of a service and what is wrong."""

    def __init__(
        self,
        current: CurrentConfig,
        *,
        listening: Callable[[], Mapping[int, frozenset[int]] | None],
        members: Callable[[str, int], Iterable[int]],
        stranger: Callable[[str, int, int], PortOwner | None],
        borrow: Callable[[int], bool],
        give_back: Callable[[Service], None],
        announce: Callable[[], None],
        lost: Callable[[str, Cause], None],
    ) -> None:
        """`listening` gives the inodes of the sockets by the ports that are listened on here.

        It gives None if that is not known. `members` gives the pids of a service, by its name and
        its leader's pid, and `stranger` who listens on a port in place of it.
        """
        self._current = current
        self._listening = listening
        self._members = members
        self._borrow = borrow
        self._give_back = give_back
        self._announce = announce
        self._lost = lost
        self._views: Sequence[ServiceView] = ()
        self._missing: dict[str, int] = {}
        self._doubted: frozenset[str] = frozenset()
        """Whose port is listened on, and not known to be theirs."""
        self._strangers = PortStrangers(stranger, self._taken)
        self._listened: dict[str, float] = {}
        """When each was last seen to listen, on the clock of `birth`."""
        self._standing_in: dict[str, asyncio.Task[None]] = {}
        self._loop = asyncio.get_running_loop()
        self._loop.call_later(LOOK_SECONDS, self._look)

    def on_change(self, snapshot: Snapshot) -> None:
        """Stand in for those that have lost their ports, and for no other."""
        were_ready = {(view.name, view.pid) for view in self._views if view.state is State.READY}
        self._views = snapshot.services
        for view in self._views:
            if view.state is State.READY and (view.name, view.pid) not in were_ready:
                self._listened[view.name] = birth.now()  # it is READY because it does
        lost = {view.name: view for view in self._views if view.has_lost_its_port}
        for name in self._standing_in.keys() - lost.keys():
            self._standing_in.pop(name).cancel()
        for name, view in lost.items():
            service = self._current.get().find(name)
            if service is None or service.held or not service.speaks_http:
                continue
            if name not in self._standing_in:
                stand_in = partial(self._stand_in, service, view.pid or 0)
                standing_in = lasting(f"the wait for {name} to listen again", stand_in)
                self._standing_in[name] = self._loop.create_task(standing_in)

    def _look(self) -> None:
        try:
            self._look_at_all()
        finally:
            soon = self._missing or self._doubted
            self._loop.call_later(AGAIN_SECONDS if soon else LOOK_SECONDS, self._look)

    def _look_at_all(self) -> None:
        candidates = [view for view in self._views if _binds(view)]
        listening = self._listening() if candidates else None
        if listening is None:
            candidates, listening = [], {}
        found = {
            view.name: (view, listening[view.port])
            for view in candidates
            if view.port is not None and view.port in listening
        }
        self._doubted = self._strangers.look(found)
        self._listened |= dict.fromkeys(found.keys() - self._doubted, birth.now())
        missing = [view for view in candidates if view.name not in found]
        self._missing = {view.name: self._missing.get(view.name, 0) + 1 for view in missing}
        for view in missing:
            if self._missing[view.name] >= LOOKS:
                del self._missing[view.name]
                self._lost(view.name, _cause(view))

    def _taken(self, view: ServiceView, other: PortOwner) -> None:
        if all((view.name, view.pid) != (now.name, now.pid) for now in self._views if _binds(now)):
            return  # another process of it is READY by now, or none is
        of = next((now.name for now in self._views if other.pid in self._processes(now)), None)
        service = self._current.get().find(view.name)
        variable = "" if service is None else service.variable
        self._lost(view.name, _cause_of_taking(view, other, of, variable))

    def _processes(self, view: ServiceView) -> Iterable[int]:
        return () if view.pid is None else self._members(view.name, view.pid)

    async def _stand_in(self, service: Service, leader: int) -> None:
        """Answer on the port until the service has a new process, and then let it have the port."""
        known = self._older(service.name, leader)
        while True:
            if not (loading := self._newer(service.name, leader, known)):
                loading = await self._until_newer(service, leader, known)
                self._give_back(service)
            # It binds the port, and then this ends; or it goes the way of its predecessor.
            known, until = known | loading, self._loop.time() + LOADING_SECONDS
            while loading and self._loop.time() < until:
                # One that lives and does nothing waits for the next save, as runserver's does.
                seen = await apart(slow_start.look, loading, LOADING_LOOK_SECONDS)
                if not seen.is_busy:
                    break
                loading &= frozenset(self._members(service.name, leader))

    async def _until_newer(
        self, service: Service, leader: int, known: frozenset[int]
    ) -> frozenset[int]:
        """Have the port, as soon as it can be had, until there is a new process."""
        is_ours, again = False, self._loop.time()
        # The system tells nobody of the child of another, nor that a port is free.
        while not (loading := self._newer(service.name, leader, known)):
            if not is_ours and self._loop.time() >= again:
                is_ours, again = self._borrow(service.port or 0), again + BORROW_SECONDS
                self._announce()
            await asyncio.sleep(CHILD_LOOK_SECONDS)
        return loading

    def _older(self, name: str, leader: int) -> frozenset[int]:
        """Return its processes that were there when it was last seen to listen."""
        last = self._listened.get(name, 0.0) - birth.COARSE_SECONDS
        return frozenset(pid for pid in self._members(name, leader) if birth.of(pid) < last)

    def _newer(self, name: str, leader: int, known: frozenset[int]) -> frozenset[int]:
        return frozenset(self._members(name, leader)) - known


def _binds(view: ServiceView) -> bool:
    """Whether it serves, on a port that it binds by itself."""
    return view.state is State.READY and view.port is not None and not view.held


def _cause_of_taking(view: ServiceView, other: PortOwner, of: str | None, variable: str) -> Cause:
    """Say who has its port: the service `of`, or a stranger."""
    port = view.port or 0
    values = {
        "name": view.name,
        "port": port,
        "variable": variable,
        "other": taken_ports.free_port(port) or port + 1,
        "restart": hints.command("restart", view.name),
    }
    if of is None:
        sentence = say(
            "{name} still runs, but another program listens on its port {port}: {who}.", who=other
        )
        fix = say(
            "kill {pid}   # or give {name} another port: {variable}_PORT={other}; then: {restart}",
            pid=other.pid,
        )
    else:
        sentence = say(
            "{name} still runs, but {of}, which is of this stack too, listens on its port {port} "
            "(pid {pid}).",
            of=of,
            pid=other.pid,
        )
        fix = say("Give one of them another port: {variable}_PORT={other}; then: {restart}")
    told = {name: str(value) for name, value in values.items()}
    return Cause.of(PORT_LOST, sentence.with_values(told), fix.with_values(told), transient=True)


def _cause(view: ServiceView) -> Cause:
    return Cause.of(
        PORT_LOST,
        say(
            "{name} still runs, but nothing listens on port {port} any more; its last lines say "
            "why.",
            name=view.name,
            port=view.port,
        ),
        say(
            "Correct what they name. A program that reloads itself restarts when you save; restart "
            "any other with: {restart}",
            restart=hints.command("restart", view.name),
        ),
        transient=True,
    )
