"""Bind and hold the listening sockets, and tell who holds a port that cannot be had.

A held socket exists before its server does and outlives it: while nobody accepts, the kernel
queues the connections, so none is refused. `localhost` is 127.0.0.1 and ::1; one descriptor serves
both where the kernel allows it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
from pathlib import Path
from typing import NamedTuple

from scripts.guard import GuardError

_LISTENING = "0A"  # TCP_LISTEN of linux/include/net/tcp_states.h
_NOT_ACCEPTED = ("01", "08")  # TCP_ESTABLISHED, TCP_CLOSE_WAIT: the client may have left already
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


def _hold_both(port: int) -> socket.socket:
    """One IPv6 socket for 127.0.0.1 and ::1: the wildcard address, tied to the loopback device."""
    if not sys.platform.startswith("linux") or not socket.has_dualstack_ipv6():
        raise OSError(errno.EAFNOSUPPORT, "no socket can serve both loopback addresses here")
    # Whoever listens on one of the two addresses does not always make the wildcard bind fail.
    _listen(socket.AF_INET, "127.0.0.1", port).close()
    return _listen(socket.AF_INET6, "::", port, device=b"lo")


def _listen(
    family: socket.AddressFamily, address: str, port: int, device: bytes | None = None
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Connections of an earlier run in TIME_WAIT must not keep the port.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if device is not None:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device)
        sock.bind((address, port))
        sock.listen(BACKLOG)
        # The flag is shared with the server: an accept that another process wins must not block.
        sock.setblocking(False)  # noqa: FBT003 - the library's signature
    except OSError:
        sock.close()
        raise
    return sock


class Holder(NamedTuple):
    """A process that listens on a port."""

    pid: int
    command: str
    folder: str
    age: float
    """Seconds since it was started."""
    name: str = ""
    """The program's, without its folder."""

    def __str__(self) -> str:
        return (
            f"pid {self.pid}, started {_ago(self.age)} ago in {self.folder}: {self.command[:200]}"
        )


def holders(port: int) -> list[Holder]:
    """Return the processes that listen on `port`, as far as this user may see them."""
    import time

    import psutil

    from scripts.guard.net import listeners

    found: list[Holder] = []
    for pid in listeners.pids_at(port):
        with contextlib.suppress(psutil.Error, OSError):
            process = psutil.Process(pid)
            with process.oneshot():
                found.append(
                    Holder(
                        pid=pid,
                        command=" ".join(process.cmdline()) or process.name(),
                        folder=process.cwd(),
                        age=time.time() - process.create_time(),
                        name=process.name(),
                    )
                )
    return found


def taken(port: int, setting: str, error: OSError) -> GuardError:
    """Return the error that says why `port` cannot be had, by whom, and what to type."""
    if error.errno == errno.EACCES:
        return GuardError(
            f"port {port} ({setting}) may not be opened by this user; ports below 1024 need root",
            f"{setting}={port + 8000} make dev",
        )
    if error.errno != errno.EADDRINUSE:
        return GuardError(f"port {port} ({setting}) cannot be opened: {error}", "make doctor")
    others = [holder for holder in holders(port) if holder.pid != os.getpid()]
    if not others:
        return GuardError(
            f"port {port} ({setting}) is held by a process that this user may not see "
            "(another user's, or one in a container)",
            f"sudo lsof -i :{port}   # or take another port: {setting}={port + 1} make dev",
        )
    lines = "\n".join(f"  {holder}" for holder in others)
    return GuardError(
        f"port {port} ({setting}) is held by another process:\n{lines}",
        f"kill {others[0].pid}   # or take another port: {setting}={port + 1} make dev",
    )


def widen(sock: socket.socket) -> None:
    """Make the queue as long as it was: a server that took the socket may have shortened it."""
    sock.listen(BACKLOG)


def waiting(sock: socket.socket) -> int | None:
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


def waiting_at(port: int) -> int | None:
    """Return the same for whoever listens on a port of this machine.

    Linux: of a listening socket ``/proc/net/tcp`` shows as ``rx_queue`` the length of its accept
    queue (linux/net/ipv4/tcp_ipv4.c, ``get_tcp4_sock``).
    """
    found = None
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        with contextlib.suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                _, local, _, state, queues, *_ = line.split()
                if state == _LISTENING and local.endswith(f":{port:04X}"):
                    found = (found or 0) + int(queues.partition(":")[2], 16)
    return found


def waiting_peers(port: int) -> frozenset[str]:
    """Return who waits to be accepted on a port of this machine; empty where that is not told.

    Linux: in ``/proc/net/tcp`` a connection that nobody has accepted yet belongs to no inode.
    """
    found = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        with contextlib.suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                fields = line.split()
                local, remote, state, inode = fields[1], fields[2], fields[3], fields[9]
                if local.endswith(f":{port:04X}") and inode == "0" and state in _NOT_ACCEPTED:
                    found.add(remote)
    return frozenset(found)


def _ago(seconds: float) -> str:
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
