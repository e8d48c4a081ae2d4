"""The listening sockets that the guard has at the moment, by port: held for good, or borrowed.

A port is held for a service that takes its socket from the guard. It is borrowed from a service
that binds by itself, while that is down, so that its visitors get an answer.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable, Mapping

from . import bind, handover
from .taken_ports import Taken, refusal


class Ports:
    """Binds and closes; every socket has one owner, which is this."""

    def __init__(self) -> None:
        self._sockets: dict[int, socket.socket] = {}

    def hold(self, wanted: Mapping[int, str], free: Iterable[tuple[int, str]] = ()) -> None:
        """Have a socket for each port, all or none new; the values are the settings' names.

        Others, `free`, are only to be free. Raises `GuardError` that says who has which of them and
        what to type.
        """
        new: dict[int, socket.socket] = {}
        taken = []
        for port, setting in (*wanted.items(), *free):
            if port in self._sockets or port in new:
                continue
            try:
                new[port] = bind.hold(port)
            except OSError as error:
                taken.append(Taken(port, setting, error))
        for port in new if taken else new.keys() - wanted.keys():
            new[port].close()
        if taken:
            raise refusal(taken)
        self._sockets |= {port: new[port] for port in new.keys() & wanted.keys()}

    def find(self, port: int) -> socket.socket | None:
        """Return the socket of a port, None if it is not ours now."""
        return self._sockets.get(port)

    def take(self, port: int) -> socket.socket:
        """Return the socket of a port, bound now if it was not ours; raises `OSError`."""
        if port not in self._sockets:
            self._sockets[port] = bind.hold(port)
        return self._sockets[port]

    def hand_over(self, port: int) -> socket.socket | None:
        """Have a new socket for a held port, which gets all that comes from now on.

        Returns the former, which belongs to the caller now; None where the system cannot.
        """
        former = self._sockets[port]
        new = handover.successor(former)
        if new is None:
            return None
        self._sockets[port] = new
        return former

    def borrow(self, port: int) -> bool:
        """Take a port while its server is down; whether we have it."""
        with contextlib.suppress(OSError):  # the last of its server's is not gone yet
            self.take(port)
        return port in self._sockets

    def let_go(self, port: int) -> None:
        """Close the socket of a port, if there is one."""
        if port in self._sockets:
            self._sockets.pop(port).close()

    def keep_only(self, ports: set[int]) -> None:
        """Close the sockets of all other ports."""
        for port in set(self._sockets) - ports:
            self.let_go(port)
