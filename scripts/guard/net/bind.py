"""Bind and hold the listening sockets.

A held socket exists before its server does and outlives it: while nobody accepts, the kernel
queues the connections, so none is refused. `localhost` is 127.0.0.1 and ::1; one descriptor serves
both where the kernel allows it.
"""

from __future__ import annotations

import errno
import socket
import sys

BACKLOG = 4096  # connections that may wait; the kernel lowers it to its own limit (somaxconn)


def hold(port: int) -> socket.socket:
    """Listen on `localhost:port`, on both address families if possible; never on a network.

    The socket does not block, and is not inherited unless it is passed on by number. Raises
    `OSError` (EADDRINUSE, EACCES) where the port is not to be had.
    """
    try:
        return _hold_both(port)
    except OSError as error:
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            raise
    return _listen(socket.AF_INET, "127.0.0.1", port)


def hold_ipv6(port: int) -> socket.socket:
    """Listen on `[::1]:port` alone; raises `OSError`."""
    return _listen(socket.AF_INET6, "::1", port)


def beside(sock: socket.socket) -> socket.socket:
    """Listen where a socket of ours listens already, with the same address; raises `OSError`.

    Only the two can share it: until now nobody else could bind the port, and from now on only
    programs of the same user that ask for SO_REUSEPORT.
    """
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    address, port, *_ = sock.getsockname()
    device = b"lo" if address == "::" else None
    return _listen(sock.family, address, port, device=device, shared=True)


def _hold_both(port: int) -> socket.socket:
    """One IPv6 socket for 127.0.0.1 and ::1: the wildcard address, tied to the loopback device."""
    if not sys.platform.startswith("linux") or not socket.has_dualstack_ipv6():
        raise OSError(errno.EAFNOSUPPORT, "no socket can serve both loopback addresses here")
    # Whoever listens on one of the two addresses does not always make the wildcard bind fail. The
    # probe does not listen itself: a client would be reset, and a process that is being started
    # has a copy of it until it runs its program, which would take the port from us.
    _bind(socket.AF_INET, "127.0.0.1", port).close()
    return _listen(socket.AF_INET6, "::", port, device=b"lo")


def _listen(
    family: int, address: str, port: int, *, device: bytes | None = None, shared: bool = False
) -> socket.socket:
    sock = _bind(family, address, port, device=device, shared=shared)
    try:
        sock.listen(BACKLOG)
        # The flag is shared with the server: an accept that another process wins must not block.
        sock.setblocking(False)  # noqa: FBT003 - the library's signature
    except OSError:
        sock.close()
        raise
    return sock


def _bind(
    family: int, address: str, port: int, *, device: bytes | None = None, shared: bool = False
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        # Connections of an earlier run in TIME_WAIT must not keep the port.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if device is not None:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device)
        sock.bind((address, port))
    except OSError:
        sock.close()
        raise
    return sock


def restore_backlog(sock: socket.socket) -> None:
    """Make the queue as long as it was: a server that took the socket may have shortened it."""
    sock.listen(BACKLOG)
