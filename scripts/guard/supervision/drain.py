"""Asks a server to leave without losing who came: close the door, let it read, then SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Mapping

from scripts.guard.config.settings import Service
from scripts.guard.core.process import Running
from scripts.guard.core.state_machine import State
from scripts.guard.net.accept_gate import HEARD_SECONDS, LAST_CALL_SECONDS, LOOK_SECONDS, Door
from scripts.guard.net.accept_queue import waiting


class Dismissal:
    """The processes that are being asked to leave, and the doors that are closed meanwhile."""

    def __init__(
        self,
        *,
        held: Callable[[], Mapping[str, socket.socket]],
        running: Callable[[], Mapping[str, Running]],
        hurry: Callable[[], bool],
    ) -> None:
        """`hurry` says that everybody leaves: then nobody new needs to be let in at all."""
        self._held = held
        self._running = running
        self._hurry = hurry
        self._loop = asyncio.get_running_loop()
        self._closed: dict[str, Door] = {}

    def begin(self, service: Service, process: Running, state: State) -> None:
        """Send SIGTERM once the server has read all that reached it, or has had time enough."""
        sock = self._held().get(service.name)
        if self._hurry() or sock is None or service.port is None or _has_let_nobody_in(sock, state):
            process.signal(signal.SIGTERM)
            return
        door = self._closed[service.name] = Door(sock, service.port)
        until = time.monotonic() + LAST_CALL_SECONDS if door.close() else 0.0
        self._last_call(service.name, process, until)

    def over(self, name: str) -> None:
        """Open the door again: its server has left."""
        door = self._closed.pop(name, None)
        if door is not None:
            door.open()

    def _last_call(self, name: str, process: Running, until: float) -> None:
        if self._running().get(name) is not process:
            return
        door = self._closed.get(name)
        if door is None or self._hurry() or door.is_quiet() or time.monotonic() >= until:
            process.signal(signal.SIGTERM)
            # Who has not left by then has heard it, and takes nobody in: let them wait inside.
            self._loop.call_later(HEARD_SECONDS, self._stop_waiting, name, door)
        else:
            self._loop.call_later(LOOK_SECONDS, self._last_call, name, process, until)

    def _stop_waiting(self, name: str, door: Door | None) -> None:
        if door is not None and self._closed.get(name) is door:
            self.over(name)


def _has_let_nobody_in(sock: socket.socket, state: State) -> bool:
    """Whether a server has not begun to accept: those who wait are the next one's, unharmed."""
    return state is State.STARTING and bool(waiting(sock))
