"""Who answers on each port: the control API, a server, or a standby responder in its place."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from ..config.current import CurrentConfig
from ..core.phases import State
from ..core.snapshot import Snapshot
from ..http.admission import Admission
from ..http.listener import Listener
from ..http.messages import Handler
from ..net.ipv6_relay import Ipv6Relays
from ..net.port_table import Ports
from ..processes.launcher import held_ports
from ..standby.responders import StandbyResponders

BORROW_PAUSE = 0.5  # seconds between two attempts to bind the port of a server that is down
_NOBODY_THERE = frozenset({State.STOPPED, State.BACKOFF, State.BROKEN})


class PortKeeper:
    """Follows the snapshots; the sockets themselves are those of the port table."""

    def __init__(
        self,
        current: CurrentConfig,
        ports: Ports,
        *,
        control: Handler,
        admission: Admission,
        relays: Ipv6Relays,
        responders: StandbyResponders,
        leaving: Callable[[], bool],
    ) -> None:
        """`leaving` returns whether everything is being stopped: no port is borrowed then."""
        self._current = current
        self._ports = ports
        self._control = control
        self._admission = admission
        self._relays = relays
        self._responders = responders
        self._leaving = leaving
        self._loop = asyncio.get_running_loop()
        self._listeners: list[tuple[socket.socket, Listener]] = []
        self._borrowing: asyncio.TimerHandle | None = None

    def on_change(self, snapshot: Snapshot) -> None:
        """Listen, borrow, relay and stand by, as the settings and the states ask."""
        self._listen()
        if self._borrowing is not None:  # with what was known before
            self._borrowing.cancel()
        if not self._leaving() and not self._borrow(snapshot):
            self._borrowing = self._loop.call_later(BORROW_PAUSE, self.on_change, snapshot)
        self._relays.follow(self._held())
        self._responders.follow(snapshot, self._sockets())

    async def close(self) -> None:
        """Close every listener, with the requests in progress."""
        if self._borrowing is not None:
            self._borrowing.cancel()
        await self._responders.close()
        await self._relays.close()
        await asyncio.gather(*(listener.close() for _, listener in self._listeners))

    def _listen(self) -> None:
        """Serve the control API on its current port."""
        sock = self._ports.find(self._current.get().guard_port)
        if sock is None or any(sock is known for known, _ in self._listeners):
            return
        for _, former in self._listeners:
            former.ignore()
        listener = Listener(sock, self._control, self._admission, kept_back=True)
        self._listeners.append((sock, listener))
        listener.accept()

    def _borrow(self, snapshot: Snapshot) -> bool:
        """Bind the ports of services that are down; returns whether all could be bound.

        Only those that spoke HTTP: a client of something else would wait in vain for its answer,
        where it is refused at once without us. Held ports are bound already, except one whose
        former process bound it by itself.
        """
        down = {view.name for view in snapshot.services if view.state in _NOBODY_THERE}
        borrowed = [
            self._ports.borrow(service.port)
            for service in self._current.get().services
            if service.port is not None
            and service.name in down
            and not service.left_out
            and (service.held or service.speaks_http)
        ]
        return all(borrowed)

    def _held(self) -> dict[int, socket.socket]:
        """Return the listening sockets that are ours for good, by port."""
        found = {port: self._ports.find(port) for port in held_ports(self._current.get())}
        return {port: sock for port, sock in found.items() if sock is not None}

    def _sockets(self) -> dict[str, socket.socket]:
        """Return the listening sockets that we have now, by service."""
        services = self._current.get().services
        found = {each.name: self._ports.find(each.port) for each in services if each.port}
        return {name: sock for name, sock in found.items() if sock is not None}
