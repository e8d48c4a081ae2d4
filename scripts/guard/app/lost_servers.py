"""Notices that the process which served has ended, while another keeps its socket open.

`uvicorn --reload` does that: its parent listens, and a child serves. When the child ends on a saved
mistake the port is listened on as before, clients connect, and nobody ever takes them.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from ..config.current import CurrentConfig
from ..core import hints
from ..core.cause import PORT_LOST, Cause, say
from ..core.lasting import lasting
from ..core.phases import State
from ..core.snapshot import ServiceView, Snapshot
from ..health import probe
from ..health.probe import Reply
from ..processes.process import exit_descriptor

LOOK_SECONDS = 0.5
LOOKS = 3  # in a row that find no new process: a reloader that only changes its child is faster
ANSWER_SECONDS = 1.0  # that a server has, before it is taken for lost


class _Known(NamedTuple):
    leader: int
    port: int
    members: frozenset[int] = frozenset()
    holders: frozenset[int] = frozenset()
    """Which processes of the service have the listening socket."""
    looks: int = 0
    """For how many looks in a row some have been gone, and nobody new was there."""


class LostServers:
    """Follows the snapshots; `lost` is called with the name of a service and what is wrong.

    Looking costs time for each process of a service. So it is looked at when it gets READY, and
    then when one of several that have its socket has ended. One by itself takes the port along; or
    it leaves it to what it has started since, which counts as its successor.
    """

    def __init__(
        self,
        current: CurrentConfig,
        *,
        members: Callable[[str, int], Iterable[int]],
        holders: Callable[[int, Iterable[int]], Iterable[int]],
        lost: Callable[[str, Cause], None],
    ) -> None:
        """`members` gives the pids of a service, by its name and its leader's pid.

        `holders` gives those of some processes that have the listening socket of a port.
        """
        self._current = current
        self._members = members
        self._holders = holders
        self._lost = lost
        self._ready: dict[str, ServiceView] = {}
        self._known: dict[str, _Known] = {}
        self._exits: dict[str, list[int]] = {}
        """Descriptors of its holders, each readable once that one has ended."""
        self._looks: dict[str, asyncio.Handle] = {}
        """The next look at each, where there is to be one."""
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._loop = asyncio.get_running_loop()

    def on_change(self, snapshot: Snapshot) -> None:
        """Keep what serves now, and see at once of whom it consists while it does."""
        self._ready = {view.name: view for view in snapshot.services if _serves(view)}
        for name, known in tuple(self._known.items()):
            view = self._ready.get(name)
            if view is None or (view.pid, view.port) != (known.leader, known.port):
                self._forget(name)
        for name in self._ready.keys() - self._known.keys() - self._looks.keys():
            self._looks[name] = self._loop.call_soon(self._look, name)

    def _look(self, name: str) -> None:
        if pending := self._looks.pop(name, None):
            pending.cancel()  # another reason came first
        view, service = self._ready.get(name), self._current.get().find(name)
        if view is None or service is None or not service.speaks_http:
            return
        leader, port = view.pid or 0, view.port or 0
        known = self._known.get(name, _Known(leader, port))
        members = frozenset(self._members(name, leader))
        if members == known.members and not known.looks:
            self._watch(name, known)
            return
        holders = frozenset(self._holders(port, members))
        if not holders or not holders < known.holders:
            self._known[name] = known = _Known(leader, port, members, holders)
            self._watch(name, known)
            return
        # Whether one that had the socket is gone, others still have it, and none has come.
        self._known[name] = known = known._replace(looks=known.looks + 1)
        if known.looks < LOOKS:
            self._look_later(name)
        elif name not in self._asking:
            ask = partial(self._ask, name, port, service.health)
            asking = lasting(f"the question whether {name} serves", ask)
            self._asking[name] = self._loop.create_task(asking)

    def _watch(self, name: str, known: _Known) -> None:
        """Look again when one of several holders has ended, or over and over where none tells."""
        self._unwatch(name)
        if len(known.holders) < 2:  # noqa: PLR2004 - one by itself takes the port along
            return
        for pid in known.holders:
            descriptor = exit_descriptor(pid)
            if descriptor is None:  # it is gone already, or the system has none
                self._look_later(name)
            else:
                self._exits.setdefault(name, []).append(descriptor)
                self._loop.add_reader(descriptor, self._exited, name)

    def _look_later(self, name: str) -> None:
        if name not in self._looks:
            self._looks[name] = self._loop.call_later(LOOK_SECONDS, self._look, name)

    def _exited(self, name: str) -> None:
        self._unwatch(name)
        self._look(name)

    def _forget(self, name: str) -> None:
        self._known.pop(name, None)
        self._unwatch(name)
        if look := self._looks.pop(name, None):
            look.cancel()
        if asking := self._asking.pop(name, None):
            asking.cancel()

    def _unwatch(self, name: str) -> None:
        for descriptor in self._exits.pop(name, []):
            self._loop.remove_reader(descriptor)
            os.close(descriptor)

    async def _ask(self, name: str, port: int, path: str) -> None:
        """See whether the others serve: a child that had the socket too may have had other work."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reply = (await probe.ask(port, path)).reply
        except TimeoutError:
            reply = Reply.NONE
        del self._asking[name]  # it is not to cancel itself
        self._forget(name)
        if reply in {Reply.NONE, Reply.STANDBY}:
            self._lost(name, _cause(name, port))
        else:
            self._look(name)


def _serves(view: ServiceView) -> bool:
    return view.state is State.READY and view.port is not None and view.pid is not None


def _cause(name: str, port: int) -> Cause:
    return Cause.of(
        PORT_LOST,
        say(
            "{name} still runs, but its process that served port {port} has ended, and nothing "
            "accepts connections; its last lines say why.",
            name=name,
            port=port,
        ),
        say(
            "Correct what they name. A program that reloads itself serves again when you save; "
            "otherwise: {restart}",
            restart=hints.command("restart", name),
        ),
        transient=True,
    )
