"""How the kernel of Linux is asked about sockets: by netlink(7), as sock_diag(7) has it.

Names and numbers are those of linux/netlink.h, linux/sock_diag.h and linux/inet_diag.h.
"""

from __future__ import annotations

import socket
import struct

SOCK_DIAG = 4  # NETLINK_SOCK_DIAG
BY_FAMILY = 20  # SOCK_DIAG_BY_FAMILY
REQUEST = 0x1  # NLM_F_REQUEST
DUMP = 0x300  # NLM_F_DUMP: all that match
HEADER = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
_WANTED = struct.Struct("=BBBxI")  # inet_diag_req_v2: family, protocol, extensions, states; then:
ANY_ID = bytes(48)  # an inet_diag_sockid: ports, addresses, the device and a cookie


def question(family: int, states: int, flags: int, which: bytes = ANY_ID) -> bytes:
    """Return the message that asks for TCP's sockets of a family in any of these states (bits)."""
    wanted = _WANTED.pack(family, socket.IPPROTO_TCP, 0, states) + which
    return HEADER.pack(HEADER.size + len(wanted), BY_FAMILY, flags, 0, 0) + wanted
