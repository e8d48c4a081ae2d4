"""Whose the socket is that takes the connections to a port of 127.0.0.1.

Not the other end's owner: of a connection that nobody has accepted yet, Linux says that it is
root's. A listening socket belongs to whoever made it.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from pathlib import Path

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_LISTENING = "0A"  # TCP_LISTEN of linux/include/net/tcp_states.h


def owners(port: int) -> frozenset[int] | None:
    """Return the users who listen there: none if nobody does any more, None if that is not told.

    Linux: ``/proc/net/tcp`` has a line for each socket (linux/net/ipv4/tcp_ipv4.c,
    ``get_tcp4_sock``): number, local address, remote one, state, queues, timer, retransmits, user.
    """
    told = False
    found = set()
    for table in TABLES:
        with contextlib.suppress(OSError), table.open(encoding="ascii") as lines:
            next(lines, None)
            for line in lines:
                told = True
                _, local, _, state, _, _, _, uid, *_ = line.split()
                address, _, number = local.partition(":")
                if state == _LISTENING and int(number, 16) == port and address in _TAKES_IT:
                    found.add(int(uid))
    return frozenset(found) if told else None


def _written(family: int, address: str) -> str:
    """Return an address as the table has it: 32 bits at a time, in the order of this machine."""
    packed = socket.inet_pton(family, address)
    return "".join(f"{word:08X}" for word in struct.unpack(f"={len(packed) // 4}I", packed))


_TAKES_IT = frozenset(
    {
        _written(socket.AF_INET, "127.0.0.1"),
        _written(socket.AF_INET, "0.0.0.0"),  # noqa: S104 - compared with, not bound
        _written(socket.AF_INET6, "::"),
        _written(socket.AF_INET6, "::ffff:127.0.0.1"),
    }
)
