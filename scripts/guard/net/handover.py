"""Hands a held port over from the server that stops to the next one.

A server that stops drops the connections that it has accepted but not read from yet. So, before it
is asked to stop, a second socket listens beside the first (SO_REUSEPORT), and the kernel gives it
every new connection (SO_ATTACH_REUSEPORT_CBPF: a program that chooses the socket by its place in
the group, see socket(7)). They wait there for the next server, which gets that socket, while the
first only has to read what had come to it.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator

from . import accept_queue, bind, sock_diag, tcp_sockets

_SO_ATTACH_REUSEPORT_CBPF = 51  # asm-generic/socket.h
NEW_SECONDS = 1.0  # in which whoever has connected says what he wants, on a busy machine too
_BPF_RET = 0x06  # linux/filter.h: return a constant, here the place of a socket in its group


def successor(sock: socket.socket) -> socket.socket | None:
    """Return a socket that gets every new connection instead of this one; None where none can.

    Both listen until `retire` is called with the former.
    """
    if not sys.platform.startswith("linux"):
        return None
    try:
        new = bind.beside(sock)
    except OSError:
        return None
    try:
        # The group has the two in the order in which they joined it.
        _give_all_to(new, place=1)
    except OSError:
        new.close()
        return None
    return new


def retire(former: socket.socket) -> Iterator[socket.socket]:
    """Yield the connections that still wait in it, and then stop listening, for whoever has it.

    One at a time: to have all of them open at once may be more than one can.
    """
    former.setblocking(False)  # noqa: FBT003 - the flag is shared with the server, which may differ
    with contextlib.suppress(OSError):  # nobody waits any more
        while True:
            yield former.accept()[0]
    with contextlib.suppress(OSError):  # it does not listen any more
        # A copy that another process has must not keep its place in the group.
        former.shutdown(socket.SHUT_RD)
    former.close()


def unread(former: socket.socket, port: int) -> int:
    """Return how many connections its server has not accepted, or not read from, yet.

    One that was made a moment ago, and on which nothing has come, is one of them: a server that is
    stopped closes it, and its client sends a request to nobody.
    """
    waiting = accept_queue.length(former) or 0
    unheard = sum(seconds < NEW_SECONDS for seconds in tcp_sockets.silences(port))
    heard = sum(
        one.state == sock_diag.ESTABLISHED and one.inode != 0 and one.queued > 0
        for one in tcp_sockets.connected(port)
    )
    return waiting + unheard + heard


def has_let_in(port: int) -> bool:
    """Whether whoever serves a port has accepted anybody who is still there."""
    return any(one.inode for one in tcp_sockets.connected(port))


def _give_all_to(sock: socket.socket, *, place: int) -> None:
    """Attach the one-instruction program `ret #place` to the group of a socket."""
    import ctypes
    import struct

    instruction = ctypes.create_string_buffer(struct.pack("HBBI", _BPF_RET, 0, 0, place), 8)
    program = struct.pack("HP", 1, ctypes.addressof(instruction))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_REUSEPORT_CBPF, program)
