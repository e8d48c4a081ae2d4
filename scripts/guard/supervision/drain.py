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
from scripts.guard.net import accept_queue
from scripts.guard.net.accept_gate import (
    DRAIN_SECONDS,
    POLL_SECONDS,
    STOPS_ACCEPTING_SECONDS,
    AcceptGate,
)


class GracefulStop:
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
        self._paused: dict[str, AcceptGate] = {}

    def begin(self, service: Service, process: Running, state: State) -> None:
        """Send SIGTERM once the server has read all that reached it, or has had time enough."""
        sock = self._held().get(service.name)
        if self._hurry() or sock is None or service.port is None or _has_let_nobody_in(sock, state):
            process.signal(signal.SIGTERM)
            return
        gate = self._paused[service.name] = AcceptGate(sock, service.port)
        until = time.monotonic() + DRAIN_SECONDS if gate.pause() else 0.0
        self._drain_then_stop(service.name, process, until)

    def finished(self, name: str) -> None:
        """Open the door again: its server has left."""
        gate = self._paused.pop(name, None)
        if gate is not None:
            gate.resume()

    def _drain_then_stop(self, name: str, process: Running, until: float) -> None:
        if self._running().get(name) is not process:
            return
        gate = self._paused.get(name)
        if gate is None or self._hurry() or gate.is_drained() or time.monotonic() >= until:
            process.signal(signal.SIGTERM)
            # Who has not left by then has heard it, and takes nobody in: let them wait inside.
            self._loop.call_later(STOPS_ACCEPTING_SECONDS, self._resume, name, gate)
        else:
            self._loop.call_later(POLL_SECONDS, self._drain_then_stop, name, process, until)

    def _resume(self, name: str, gate: AcceptGate | None) -> None:
        if gate is not None and self._paused.get(name) is gate:
            self.finished(name)


def _has_let_nobody_in(sock: socket.socket, state: State) -> bool:
    """Whether a server has not begun to accept: those who wait are the next one's, unharmed."""
    return state is State.STARTING and bool(accept_queue.length(sock))
