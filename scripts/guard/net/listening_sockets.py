"""The listening sockets of this machine, asked of Linux's kernel by netlink (sock_diag(7)).

``/proc/net/tcp`` says the same, but to write it the kernel walks through the table of all
connections, which has hundreds of thousands of places. So it is read only where the kernel answers
no netlink. Here the kernel walks through the listening ones.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from . import sock_diag

RECEIVE_BYTES = 1 << 16
ANSWER_SECONDS = 1.0
_ERROR, _DONE = 2, 3  # NLMSG_ERROR, NLMSG_DONE
_LISTENING = 1 << 10  # TCP_LISTEN
_TCP_LISTEN = "0A"  # the same in /proc/net/tcp
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_PORT, _NUMBER = struct.Struct("!H"), struct.Struct("=I")
# Where these stand in inet_diag_msg of linux/inet_diag.h, in bytes.
_PORT_AT, _ADDRESS_AT, _QUEUE_AT, _UID_AT, _INODE_AT = 4, 8, 56, 64, 68
_ADDRESS_BYTES = {socket.AF_INET: 4, socket.AF_INET6: 16}


class Listening(NamedTuple):
    """A listening socket."""

    port: int
    queued: int
    """How many connections wait to be accepted."""
    inode: int
    """By which its descriptors can be found."""
    uid: int
    """Who made it."""
    address: bytes
    """In the order of the network, 4 or 16 bytes."""


def listening() -> list[Listening] | None:
    """Return every socket that listens here for TCP; None where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return None
    with contextlib.suppress(OSError, struct.error):
        return [one for family in (socket.AF_INET, socket.AF_INET6) for one in _of(family)]
    tables = [table for table in _TABLES if table.exists()]
    return [one for table in tables for one in _from_proc(table)] if tables else None


def _from_proc(table: Path) -> Iterator[Listening]:
    """Yield those of a table (proc_net_tcp of the kernel's documentation).

    Of a listening socket ``rx_queue`` is the length of its accept queue (linux/net/ipv4/tcp_ipv4.c,
    ``get_tcp4_sock``). The listening ones stand first.
    """
    with contextlib.suppress(OSError), table.open(encoding="ascii") as lines:
        next(lines, None)
        for line in lines:
            fields = line.split(maxsplit=10)
            if fields[3] != _TCP_LISTEN:
                return
            address, _, port = fields[1].partition(":")
            queued = int(fields[4].partition(":")[2], 16)
            uid, inode = int(fields[7]), int(fields[9])
            yield Listening(int(port, 16), queued, inode, uid, _packed(address))


def _packed(written: str) -> bytes:
    """Return an address of a table: 32 bits at a time, each in the order of this machine."""
    words = (int(written[at : at + 8], 16) for at in range(0, len(written), 8))
    return b"".join(_NUMBER.pack(word) for word in words)


def _of(family: socket.AddressFamily) -> Iterator[Listening]:
    """Yield those of a family; raises `OSError`."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, sock_diag.SOCK_DIAG) as kernel:
        kernel.settimeout(ANSWER_SECONDS)
        kernel.send(sock_diag.question(family, _LISTENING, sock_diag.REQUEST | sock_diag.DUMP))
        while True:
            data = kernel.recv(RECEIVE_BYTES)
            at = 0
            while at < len(data):
                size, kind, *_ = sock_diag.HEADER.unpack_from(data, at)
                if kind == _DONE:
                    return
                if kind == _ERROR or size < sock_diag.HEADER.size:
                    raise OSError(errno.EPROTO, "no answer about listening sockets")
                body = at + sock_diag.HEADER.size
                (port,) = _PORT.unpack_from(data, body + _PORT_AT)
                (queued,) = _NUMBER.unpack_from(data, body + _QUEUE_AT)
                (uid,) = _NUMBER.unpack_from(data, body + _UID_AT)
                (inode,) = _NUMBER.unpack_from(data, body + _INODE_AT)
                address = body + _ADDRESS_AT
                packed = data[address : address + _ADDRESS_BYTES[family]]
                yield Listening(port, queued, inode, uid, packed)
                at += (size + 3) & ~3  # NLMSG_ALIGN
