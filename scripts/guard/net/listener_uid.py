"""Whose the socket is that takes the connections to a port of this machine's own addresses.

Of a connection that nobody has accepted yet, Linux says that its other end is root's. A listening
socket belongs to whoever made it.
"""

from __future__ import annotations

import socket

from . import peer_uid, tcp_sockets
from .peer_uid import Connection


def _packed(address: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


_TAKE_IT = {
    "127.0.0.1": frozenset(
        map(_packed, ("127.0.0.1", "0.0.0.0", "::", "::ffff:127.0.0.1"))  # noqa: S104 - compared with
    ),
    "::1": frozenset(map(_packed, ("::1", "::"))),
}


def owners(port: int, host: str = "127.0.0.1") -> frozenset[int] | None:
    """Return the users who listen there: none if nobody does any more, None if that is not told."""
    sockets = tcp_sockets.listening()
    if sockets is None:
        return None
    taking = (one for one in sockets if one.port == port and one.address in _TAKE_IT[host])
    return frozenset(one.uid for one in taking)


def is_ours(connection: Connection) -> bool:
    """Whether we or root are at the other end of a connection, or listen there; or nobody tells.

    Raises `OSError` where it is closed.
    """
    host, port, *_ = connection.getpeername()
    users = owners(port, host)
    if users is None:
        return True
    # Who has accepted it need not be who listens by now.
    return bool(users) and not any(map(peer_uid.is_stranger, {*users, peer_uid.uid(connection)}))
