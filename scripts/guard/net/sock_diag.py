"""The listening sockets of this machine, asked of Linux's kernel by netlink (sock_diag(7)).

``/proc/net/tcp`` says the same, but to write it the kernel walks through the table of all
connections, which has hundreds of thousands of places. Here it walks through the listening ones.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
import sys
from collections.abc import Iterator

RECEIVE_BYTES = 1 << 16
ANSWER_SECONDS = 1.0
_SOCK_DIAG, _BY_FAMILY = 4, 20  # NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY
_REQUEST_DUMP = 0x301  # NLM_F_REQUEST | NLM_F_DUMP
_ERROR, _DONE = 2, 3  # NLMSG_ERROR, NLMSG_DONE
_LISTENING = 1 << 10  # TCP_LISTEN
_HEAD = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
_PORT, _QUEUE = struct.Struct("!H"), struct.Struct("=I")
_WANTED = struct.Struct("=BBBxI48x")  # inet_diag_req_v2: family, protocol, what else, states


def lengths() -> dict[int, int] | None:
    """Return the length of the accept queue of every port that is listened on.

    None where there is no such thing to ask: not Linux, or a sandbox that does not let us.
    """
    if not sys.platform.startswith("linux"):
        return None
    found: dict[int, int] = {}
    with contextlib.suppress(OSError, struct.error):
        for family in (socket.AF_INET, socket.AF_INET6):
            for port, length in _listening(family):
                found[port] = found.get(port, 0) + length
        return found
    return None


def _listening(family: socket.AddressFamily) -> Iterator[tuple[int, int]]:
    """Yield port and length of each listening socket; raises `OSError`."""
    wanted = _WANTED.pack(family, socket.IPPROTO_TCP, 0, _LISTENING)
    request = _HEAD.pack(_HEAD.size + len(wanted), _BY_FAMILY, _REQUEST_DUMP, 0, 0) + wanted
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _SOCK_DIAG) as kernel:
        kernel.settimeout(ANSWER_SECONDS)
        kernel.send(request)
        while True:
            data = kernel.recv(RECEIVE_BYTES)
            at = 0
            while at < len(data):
                size, kind, *_ = _HEAD.unpack_from(data, at)
                if kind == _DONE:
                    return
                if kind == _ERROR or size < _HEAD.size:
                    raise OSError(errno.EPROTO, "no answer about listening sockets")
                # inet_diag_msg: the source port at byte 4, the receive queue at byte 56.
                (port,) = _PORT.unpack_from(data, at + _HEAD.size + 4)
                (length,) = _QUEUE.unpack_from(data, at + _HEAD.size + 56)
                yield port, length
                at += (size + 3) & ~3  # NLMSG_ALIGN
