"""Whom a visitor meets on each port while its service cannot answer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Collection

from scripts.guard.core.state_machine import State
from scripts.guard.standby.responder import StandbyResponder


class StandbyResponders:
    """One `StandbyResponder` for every socket that is held or borrowed at the moment."""

    def __init__(self, make: Callable[[str, socket.socket], StandbyResponder]) -> None:
        self._make = make
        self._responders: dict[str, tuple[socket.socket, StandbyResponder]] = {}
        self._retired: list[StandbyResponder] = []

    def follow(self, name: str, sock: socket.socket | None, state: State) -> None:
        """Have the right one on a service's socket, and it know the service's state."""
        known = self._responders.get(name)
        if known is not None and known[0] is not sock:
            self.retire(name)
            known = None
        if sock is None:
            return
        if known is None:
            known = self._responders[name] = sock, self._make(name, sock)
        known[1].follow(state)

    def keep_only(self, names: Collection[str]) -> None:
        """Leave the sockets of all other services, before they are closed."""
        for name in [name for name in self._responders if name not in names]:
            self.retire(name)

    def retire(self, name: str) -> None:
        """Answer those who wait on a service's socket by now, and leave the socket alone."""
        _, standby = self._responders.pop(name, (None, None))
        if standby is not None:
            standby.hand_back()
            self._retired = [other for other in self._retired if other.is_busy]
            self._retired.append(standby)

    async def close(self) -> None:
        """End what is under way."""
        current = [standby for _, standby in self._responders.values()]
        await asyncio.gather(*(standby.close() for standby in (*current, *self._retired)))
