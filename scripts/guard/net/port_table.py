"""The listening sockets that the guard has at the moment, by port: held for good, or borrowed.

A port is held for a service that takes its socket from the guard. It is borrowed from a service
that binds by itself, while that is down, so that its visitors get an answer.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping

from . import bind, port_owners


class Ports:
    """Binds and closes; every socket has one owner, which is this."""

    def __init__(self) -> None:
        self._sockets: dict[int, socket.socket] = {}

    def hold(self, wanted: Mapping[int, str]) -> None:
        """Have a socket for each port, all or none new; the values are the settings' names.

        Raises `GuardError` that says who has a port and what to type.
        """
        new: dict[int, socket.socket] = {}
        try:
            for port, setting in wanted.items():
                if port not in self._sockets:
                    new[port] = _bound(port, setting)
        except BaseException:
            for sock in new.values():
                sock.close()
            raise
        self._sockets |= new

    def find(self, port: int) -> socket.socket | None:
        """Return the socket of a port, None if it is not ours now."""
        return self._sockets.get(port)

    def take(self, port: int) -> socket.socket:
        """Return the socket of a port, bound now if it was not ours; raises `OSError`."""
        if port not in self._sockets:
            self._sockets[port] = bind.hold(port)
        return self._sockets[port]

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


def require_free(port: int, setting: str) -> None:
    """Raise `GuardError` unless somebody else could bind the port now."""
    _bound(port, setting).close()


def _bound(port: int, setting: str) -> socket.socket:
    try:
        return bind.hold(port)
    except OSError as error:
        raise port_owners.unavailable(port, setting, error) from error
