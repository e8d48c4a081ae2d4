"""Notices that the process which served has ended, while another keeps its socket open.

`uvicorn --reload` does that: its parent listens, and a child serves. When the child ends on a saved
mistake the port is listened on as before, clients connect, and nobody ever takes them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ..config.current import CurrentConfig
from ..core import hints
from ..core.cause import PORT_LOST, Cause
from ..core.phases import State
from ..core.snapshot import ServiceView, Snapshot
from ..health import probe
from ..health.probe import Reply

LOOK_SECONDS = 0.5
LOOKS = 3  # in a row that find no new process: a reloader that only changes its child is faster
ANSWER_SECONDS = 1.0  # that a server has, before it is taken for lost


class _Known(NamedTuple):
    leader: int
    members: frozenset[int]
    holders: frozenset[int]
    """Which of them have the listening socket."""
    looks: int = 0
    """For how many looks in a row some have been gone, and nobody new was there."""


class LostServers:
    """Follows the snapshots; `lost` is called with the name of a service and what is wrong."""

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
        self._views: Sequence[ServiceView] = ()
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._loop = asyncio.get_running_loop()
        self._loop.call_later(LOOK_SECONDS, self._look)

    def on_change(self, snapshot: Snapshot) -> None:
        """Keep what serves now, and see at once of whom it consists while it does."""
        self._views = [view for view in snapshot.services if view.state is State.READY]
        for name in self._known.keys() - {view.name for view in self._views}:
            del self._known[name]
        if any(view.name not in self._known for view in self._views):
            self._loop.call_soon(self._look_at_all)

    def _look(self) -> None:
        self._loop.call_later(LOOK_SECONDS, self._look)
        self._look_at_all()

    def _look_at_all(self) -> None:
        for view in self._views:
            service = self._current.get().find(view.name)
            if service is None or view.port is None or view.pid is None or not service.speaks_http:
                continue
            if view.name not in self._asking and self._is_missing(view.name, view.pid, view.port):
                self._asking[view.name] = self._loop.create_task(
                    self._ask(view.name, view.port, service.health)
                )

    def _is_missing(self, name: str, leader: int, port: int) -> bool:
        """Whether one that had the socket is gone, others still have it, and none has come."""
        members = frozenset(self._members(name, leader))
        known = self._known.get(name)
        if known is not None and (known.leader, known.members) == (leader, members):
            return False
        holders = frozenset(self._holders(port, members))
        if known is None or known.leader != leader or not holders or not holders < known.holders:
            self._known[name] = _Known(leader, members, holders)
            return False
        self._known[name] = known._replace(looks=known.looks + 1)
        return known.looks + 1 >= LOOKS

    async def _ask(self, name: str, port: int, path: str) -> None:
        """See whether the others serve: a child that had the socket too may have had other work."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reply = (await probe.ask(port, path)).reply
        except TimeoutError:
            reply = Reply.NONE
        del self._asking[name]
        self._known.pop(name, None)
        if reply in {Reply.NONE, Reply.STANDBY}:
            self._lost(name, _cause(name, port))


def _cause(name: str, port: int) -> Cause:
    return Cause(
        PORT_LOST,
        f"{name} still runs, but its process that served port {port} has ended, and nobody takes "
        "connections; its last lines say why.",
        "Correct what they name. A program that reloads itself serves again as soon as that is "
        f"saved; otherwise: {hints.command('restart', name)}",
        transient=True,
    )
