"""One standby responder for each held or borrowed port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping

from ..core.snapshot import ServiceView, Snapshot
from .responder import StandbyResponder


class StandbyResponders:
    """One `StandbyResponder` for every socket that is held or borrowed at the moment."""

    def __init__(self, make: Callable[[socket.socket, ServiceView], StandbyResponder]) -> None:
        self._make = make
        self._responders: dict[str, tuple[socket.socket, StandbyResponder]] = {}
        self._retired: list[StandbyResponder] = []

    def follow(self, snapshot: Snapshot, sockets: Mapping[str, socket.socket]) -> None:
        """Attach a responder to each service's current socket, and pass it the state."""
        for name in self._responders.keys() - sockets.keys():
            self.retire(name)  # before the socket is closed
        for view in snapshot.services:
            if view.name in sockets:
                self._attend(sockets[view.name], view)

    def _attend(self, sock: socket.socket, view: ServiceView) -> None:
        known = self._responders.get(view.name)
        if known is not None and known[0] is not sock:
            self.retire(view.name)
            known = None
        if known is None:
            known = self._responders[view.name] = sock, self._make(sock, view)
        known[1].follow(view)

    def retire(self, name: str) -> None:
        """Answer what waits on a service's socket now, then leave the socket alone."""
        _, standby = self._responders.pop(name, (None, None))
        if standby is not None:
            standby.hand_back()
            self._retired = [other for other in self._retired if other.is_busy]
            self._retired.append(standby)

    async def close(self) -> None:
        """End the requests in progress."""
        current = [standby for _, standby in self._responders.values()]
        await asyncio.gather(*(standby.close() for standby in (*current, *self._retired)))
