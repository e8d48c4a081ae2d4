"""Pauses new connections to a held port while its server is being stopped.

A server that stops drops the connections that it has accepted but not read from yet. So, before it
is asked to stop, no new ones are let in until it has read what came. The kernel drops the first
packet of a new connection (a socket filter that accepts none), and the client's kernel sends it
again by itself within a second: the client sees a short wait, and no error.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from pathlib import Path

from . import accept_queue

STOPS_ACCEPTING_SECONDS = 0.25  # from SIGTERM until a server has stopped accepting
DRAIN_SECONDS = 1.0  # after which a server is stopped even if it has not read everything
POLL_SECONDS = 0.005  # between two checks whether it has

_SO_ATTACH_FILTER, _SO_DETACH_FILTER = 26, 27  # linux/asm-generic/socket.h
_BPF_RET = 0x06  # linux/filter.h: return a constant, the number of bytes to accept
_ESTABLISHED = "01"  # net/tcp_states.h


class AcceptGate:
    """The accept gate of one held port."""

    def __init__(self, sock: socket.socket, port: int) -> None:
        self._sock = sock
        self._port = f"{port:04X}"

    def pause(self) -> bool:
        """Stop accepting; returns False where the system cannot."""
        if not sys.platform.startswith("linux"):
            return False
        try:
            _drop_all(self._sock)
        except OSError:
            return False
        return True

    def resume(self) -> None:
        """Accept again, also the connections that were tried meanwhile."""
        with contextlib.suppress(OSError):  # the port was released meanwhile
            self._sock.setsockopt(socket.SOL_SOCKET, _SO_DETACH_FILTER, b"\0\0\0\0")

    def is_drained(self) -> bool:
        """Whether the server has accepted all who came and read all that they sent."""
        return not accept_queue.length(self._sock) and not any(
            self._has_unread(line)
            for table in ("tcp", "tcp6")
            for line in _connections(Path("/proc/net") / table)
        )

    def _has_unread(self, line: str) -> bool:
        """Read a line of /proc/net/tcp: number, local address, remote, state, queues, ..."""
        _, local, _, state, queues, *_ = line.split()
        unread = queues.partition(":")[2]
        return state == _ESTABLISHED and local.endswith(f":{self._port}") and int(unread, 16) > 0


def _connections(table: Path) -> list[str]:
    try:
        return table.read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return []


def _drop_all(sock: socket.socket) -> None:
    """Attach the one-instruction program `ret #0`."""
    import ctypes
    import struct

    instruction = ctypes.create_string_buffer(struct.pack("HBBI", _BPF_RET, 0, 0, 0), 8)
    program = struct.pack("HP", 1, ctypes.addressof(instruction))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
