"""Graceful stop: hand the port over, drain, then SIGTERM, or what the service wants instead."""

from __future__ import annotations

import asyncio
import math
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from ..config.service import Service
from ..core.phases import State
from ..core.process import Running
from ..core.snapshot import Snapshot
from ..net import accept_queue, handover
from ..net.port_table import Ports
from ..net.relay import Relay

DRAIN_SECONDS = 1.0  # without any read, after which a server is stopped all the same ...
DRAIN_LOOKS = 100  # ... if so many looks found none: where the machine is busy, each takes longer
MAX_DRAIN_SECONDS = 10.0  # at most
POLL_SECONDS = 0.005  # between two checks whether it has


class Drain:
    """How long a server that is to be stopped may go on reading: as long as it does."""

    def __init__(
        self, unread: Callable[[], int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`unread` is how many connections it has not accepted, or not read from, yet."""
        self._unread = unread
        self._clock = clock
        self._least = self._until = math.inf
        self._end = clock() + MAX_DRAIN_SECONDS
        self._looks = 0
        """Since the last read."""

    def is_over(self) -> bool:
        """Whether everything is read, or nothing more has been for a while."""
        now, unread = self._clock(), self._unread()
        self._looks += 1
        if unread < self._least:
            self._least, self._until, self._looks = unread, now + DRAIN_SECONDS, 0
        reads_nothing = now >= self._until and self._looks >= DRAIN_LOOKS
        return not unread or reads_nothing or now >= self._end


class _Leaving(NamedTuple):
    """A server that is being stopped, with the socket that it leaves behind."""

    process: Running
    port: int
    former: socket.socket
    drain: Drain
    asked: Callable[[], None]


class GracefulStop:
    """Follows the snapshots, to take back each socket once its server has exited."""

    def __init__(self, ports: Ports, relay: Relay) -> None:
        """`relay` carries whom a server has left waiting to the next one."""
        self._ports = ports
        self._relay = relay
        self._hurried = False
        self._loop = asyncio.get_running_loop()
        self._leaving: dict[str, _Leaving] = {}

    def hurry(self) -> None:
        """Everything is being stopped: from now on send the signal without draining."""
        self._hurried = True

    def begin(
        self, service: Service, process: Running, state: State, asked: Callable[[], None]
    ) -> None:
        """Send the signal once the server has read what has reached it, or its time is over.

        `asked` is called then: what it takes to leave counts from there.
        """
        port = service.port
        sock = None if port is None else self._ports.find(port)
        if port is None or sock is None or self._hurried or _serves_nobody(sock, port, state):
            _ask(service, process, asked)
            return
        self._take_back(service.name)
        former = self._ports.hand_over(port)
        if former is None:
            _ask(service, process, asked)
            return
        drain = Drain(partial(handover.unread, former, port))
        leaving = self._leaving[service.name] = _Leaving(process, port, former, drain, asked)
        self._drain_then_stop(service, leaving)

    def on_change(self, snapshot: Snapshot) -> None:
        """Take back the sockets of servers that have exited."""
        for name, leaving in tuple(self._leaving.items()):
            view = snapshot.service(name)
            if view is None or view.pid != leaving.process.pid:
                self._take_back(name)

    async def close(self) -> None:
        """Break off what is still carried to a new server."""
        for name in tuple(self._leaving):
            self._take_back(name)
        await self._relay.close()

    def _drain_then_stop(self, service: Service, leaving: _Leaving) -> None:
        if self._leaving.get(service.name) is not leaving:  # the server has exited by itself
            return
        if self._hurried or leaving.drain.is_over():
            _ask(service, leaving.process, leaving.asked)
        else:
            self._loop.call_later(POLL_SECONDS, self._drain_then_stop, service, leaving)

    def _take_back(self, name: str) -> None:
        """Close the socket of a server that has exited; whoever waits there is carried on."""
        leaving = self._leaving.pop(name, None)
        if leaving is not None:
            self._relay.carry(handover.retire(leaving.former), leaving.port)


def _ask(service: Service, process: Running, asked: Callable[[], None]) -> None:
    process.signal(service.stop_signal)
    asked()


def _serves_nobody(sock: socket.socket, port: int, state: State) -> bool:
    """Whether a server accepts nothing yet: what waits in the queue is served by the next one.

    One that is starting may have begun to work through a queue that it has not come to the end of.
    """
    starts = state is State.STARTING and bool(accept_queue.length(sock))
    return starts and not handover.has_let_in(port)
