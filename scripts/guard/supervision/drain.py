"""Graceful stop: pause accepts, drain, then SIGTERM, or what the service wants instead."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable

from ..config.settings import Service
from ..core.phases import State
from ..core.process import Running
from ..core.snapshot import Snapshot
from ..net import accept_queue
from ..net.accept_gate import (
    DRAIN_SECONDS,
    POLL_SECONDS,
    STOPS_ACCEPTING_SECONDS,
    AcceptGate,
)


class GracefulStop:
    """Follows the snapshots, to open each gate again once its server has stopped."""

    def __init__(self, find: Callable[[int], socket.socket | None]) -> None:
        """`find` gives the listening socket that the guard has of a port."""
        self._find = find
        self._hurried = False
        self._loop = asyncio.get_running_loop()
        self._paused: dict[str, tuple[AcceptGate, Running]] = {}

    def hurry(self) -> None:
        """Everything is being stopped: from now on send the signal without draining."""
        self._hurried = True

    def begin(self, service: Service, process: Running, state: State) -> None:
        """Send the signal once the server has read what has reached it, or its time is over."""
        sock = None if service.port is None else self._find(service.port)
        if self._hurried or sock is None or service.port is None or _has_let_nobody_in(sock, state):
            process.signal(service.stop_signal)
            return
        gate = AcceptGate(sock, service.port)
        self._paused[service.name] = gate, process
        until = time.monotonic() + DRAIN_SECONDS if gate.pause() else 0.0
        self._drain_then_stop(service, gate, process, until)

    def on_change(self, snapshot: Snapshot) -> None:
        """Open the gates of servers that have stopped."""
        for name, (gate, process) in tuple(self._paused.items()):
            view = snapshot.service(name)
            if view is None or view.pid != process.pid:
                self._resume(name, gate)

    def _drain_then_stop(
        self, service: Service, gate: AcceptGate, process: Running, until: float
    ) -> None:
        if not self._is_paused(service.name, gate):  # the server has exited by itself
            return
        if self._hurried or gate.is_drained() or time.monotonic() >= until:
            process.signal(service.stop_signal)
            # By then a server has stopped accepting; new connections may wait in the queue.
            self._loop.call_later(STOPS_ACCEPTING_SECONDS, self._resume, service.name, gate)
        else:
            self._loop.call_later(
                POLL_SECONDS, self._drain_then_stop, service, gate, process, until
            )

    def _resume(self, name: str, gate: AcceptGate) -> None:
        if self._is_paused(name, gate):
            del self._paused[name]
            gate.resume()

    def _is_paused(self, name: str, gate: AcceptGate) -> bool:
        return name in self._paused and self._paused[name][0] is gate


def _has_let_nobody_in(sock: socket.socket, state: State) -> bool:
    """Whether a server accepts nothing yet: what waits in the queue is served by the next one."""
    return state is State.STARTING and bool(accept_queue.length(sock))
