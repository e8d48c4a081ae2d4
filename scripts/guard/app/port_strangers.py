"""Notices that somebody else listens on the port of a service that runs on.

Whose a socket is costs a look at every descriptor of a service. So it is asked only where there are
others than when it was asked last, by their inodes, which the look for lost ports has anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from ..core.apart import apart
from ..core.lasting import lasting
from ..core.snapshot import ServiceView
from ..net.port_owners import PortOwner

FINDINGS = 2  # in a row: one that changes its process may have been between two sockets


class _Known(NamedTuple):
    leader: int | None
    sockets: frozenset[int]
    """By their inodes."""
    times: int = 0
    """How often in a row they were found to be somebody else's; 0 if they are the service's."""

    @property
    def is_settled(self) -> bool:
        return not self.times

    def is_of(self, view: ServiceView, sockets: frozenset[int]) -> bool:
        return (self.leader, self.sockets) == (view.pid, sockets)


class PortStrangers:
    """`look` is to be called with who is READY; `found` is, with the view and who has its port."""

    def __init__(
        self,
        stranger: Callable[[str, int, int], PortOwner | None],
        found: Callable[[ServiceView, PortOwner], None],
    ) -> None:
        """`stranger` gives who listens on a port in place of a service, by its name and leader."""
        self._stranger = stranger
        self._found = found
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}

    def look(self, ready: Mapping[str, tuple[ServiceView, frozenset[int]]]) -> frozenset[str]:
        """Ask about those whose sockets are others, and return whose are not known to be theirs."""
        for name in self._known.keys() - ready.keys():
            del self._known[name]
        for name in self._asking.keys() - ready.keys():
            self._asking.pop(name).cancel()
        doubted = {
            name
            for name, (view, sockets) in ready.items()
            if (known := self._known.get(name)) is None
            or not (known.is_settled and known.is_of(view, sockets))
        }
        for name in doubted - self._asking.keys():
            ask = partial(self._ask, *ready[name])
            asking = lasting(f"the question who listens on the port of {name}", ask)
            self._asking[name] = asyncio.get_running_loop().create_task(asking)
        return frozenset(doubted)

    async def _ask(self, view: ServiceView, sockets: frozenset[int]) -> None:
        other = await apart(self._stranger, view.name, view.pid or 0, view.port or 0)
        self._asking.pop(view.name, None)  # it is not to cancel itself
        known = self._known.get(view.name)
        before = known.times if known is not None and known.leader == view.pid else 0
        times = 0 if other is None else before + 1
        self._known[view.name] = _Known(view.pid, sockets, times)
        if other is not None and times >= FINDINGS:
            self._found(view, other)
