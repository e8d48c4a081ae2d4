"""Which user is at the other end of a connection within this machine.

The kernel's socket diagnostics know (sock_diag(7), what `ss` asks). `/proc/net/tcp` tells the same,
but lists every socket for it: 7 ms on a quiet machine, 30 ms on a busy one, for 0.1 ms here.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from functools import cache
from typing import Protocol

from . import sock_diag

NOTHING_LEFT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

_ANY_STATE = 0xFFFFFFFF
_LOOPBACK = 1  # LOOPBACK_IFINDEX of net/flow.h: the device, in every network namespace
_NO_COOKIE = (0xFFFFFFFF, 0xFFFFFFFF)
_SOCKET = struct.Struct("!HH16s16s")  # inet_diag_sockid: ports and addresses of both ends ...
_WHICH = struct.Struct("=III")  # ... the device, and a cookie
_SOCKET_AT = (
    sock_diag.HEADER.size + 4
)  # in an answer, after an inet_diag_msg's family, state and timers
_UID_AT = _SOCKET_AT + _SOCKET.size + _WHICH.size + 12  # after its time and its queues


class Connection(Protocol):
    """A socket that is connected, asyncio's too."""

    def getpeername(self) -> tuple[str, int]:
        """Return the address of the other end."""

    def getsockname(self) -> tuple[str, int]:
        """Return its own."""


def uid(connection: Connection) -> int | None:
    """Return whose the other end is; None where the system does not tell, or it is closed.

    Raises `OSError` where there is no descriptor left to ask with: nobody is to pass for unknown by
    taking them all.
    """
    if not sys.platform.startswith("linux"):
        return None
    theirs, ours = connection.getpeername()[:2], connection.getsockname()[:2]
    try:
        return _uid(theirs, ours)
    except OSError as error:
        if error.errno in NOTHING_LEFT:
            raise
        return None


def is_stranger(user: int | None) -> bool:
    """Whether that is neither the user whom we run as nor root, who may do everything anyway."""
    return user not in {None, 0, os.geteuid()}


def _uid(here: tuple[str, int], there: tuple[str, int]) -> int | None:
    """Ask for the socket whose own address is `here`, connected to `there`."""
    family, source = _packed(here[0])
    _, target = _packed(there[0])
    which = _SOCKET.pack(here[1], there[1], source, target)
    # One that is tied to the loopback device is found by that device only, the others by any.
    device = _WHICH.pack(_LOOPBACK, *_NO_COOKIE)
    kernel = _kernel()
    question = sock_diag.question(family, _ANY_STATE, sock_diag.REQUEST, which + device)
    os.write(kernel, question)
    answer = os.read(kernel, 4096)  # it is there: the kernel has answered before `write` returns
    if sock_diag.HEADER.unpack_from(answer)[1] != sock_diag.BY_FAMILY:
        return None  # an error: there is no such socket
    ports = _SOCKET.unpack_from(answer, _SOCKET_AT)[:2]
    if ports != (here[1], there[1]):
        return None  # where it has gone, whoever listens on that port is told of instead
    return int.from_bytes(answer[_UID_AT : _UID_AT + 4], sys.byteorder)


@cache
def _kernel() -> int:
    """Open it once: there is one then for those who come while descriptors have run out."""
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, sock_diag.SOCK_DIAG).detach()


def _packed(host: str) -> tuple[int, bytes]:
    """Return the family and the 16 bytes of an address; IPv4 is IPv4, however it came."""
    host = host.partition("%")[0].removeprefix("::ffff:")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return family, socket.inet_pton(family, host)
