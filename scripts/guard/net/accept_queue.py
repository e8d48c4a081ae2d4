"""Accept queues: how many connections wait to be accepted, and from which clients."""

from __future__ import annotations

import socket
import sys

from . import tcp_sockets


def length(sock: socket.socket) -> int | None:
    """Return how many connections wait to be accepted; None where that cannot be read.

    Linux: for a listening socket ``tcpi_unacked`` of TCP_INFO (u32 at byte 24) is the length of its
    accept queue (linux/net/ipv4/tcp.c, ``tcp_get_info``).
    """
    if not sys.platform.startswith("linux"):
        return None
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 32)
    except OSError:
        return None
    return int.from_bytes(info[24:28], sys.byteorder)


def lengths() -> dict[int, int] | None:
    """Return the same for every port that is listened on here, None if that is not told."""
    sockets = tcp_sockets.listening()
    if sockets is None:
        return None
    found: dict[int, int] = {}
    for one in sockets:
        found[one.port] = found.get(one.port, 0) + one.queued
    return found


def peers_at(port: int) -> frozenset[bytes]:
    """Return the clients that wait to be accepted on a port; empty where the system does not say.

    Linux: a connection that nobody has accepted yet belongs to no inode.
    """
    return frozenset(one.peer for one in tcp_sockets.connected(port) if not one.inode)
