"""How the kernel of Linux is asked about sockets: by netlink(7), as sock_diag(7) has it.

``/proc/net/tcp`` says the same, but for that the kernel writes a line for each socket of the
machine, and somebody has to read them: it is left for where no netlink is answered. Names and
numbers are those of linux/netlink.h, linux/sock_diag.h, linux/inet_diag.h and net/tcp_states.h.
"""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

SOCK_DIAG = 4  # NETLINK_SOCK_DIAG
BY_FAMILY = 20  # SOCK_DIAG_BY_FAMILY
REQUEST = 0x1  # NLM_F_REQUEST
ESTABLISHED, CLOSE_WAIT, LISTEN = 1, 8, 10  # TCP_ESTABLISHED, ...
HEADER = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
RECEIVE_BYTES = 1 << 16
ANSWER_SECONDS = 1.0
TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
FAMILIES = (socket.AF_INET, socket.AF_INET6)
_DUMP = 0x300  # NLM_F_DUMP: all that match
_ERROR, _DONE = 2, 3  # NLMSG_ERROR, NLMSG_DONE
_WANTED = struct.Struct("=BBBxI")  # inet_diag_req_v2: family, protocol, extensions, states; then:
_ID = struct.Struct("!H46x")  # inet_diag_sockid: its port; any other port, address, device, cookie
_NUMBER = struct.Struct("=I")
# inet_diag_msg: its state and ports, and after addresses, device, cookie and timer two queues, its
# user and its inode. The first addresses stand after the ports.
_HEAD, _TAIL, _TAIL_AT = struct.Struct("!xBxxHH"), struct.Struct("=IIII"), 56
_ADDRESSES_AT, _ADDRESS_BYTES = 8, 16
_USED_BYTES = {socket.AF_INET: 4, socket.AF_INET6: 16}


class Socket(NamedTuple):
    """A TCP socket; addresses are in the order of the network, 4 or 16 bytes."""

    state: int
    port: int
    address: bytes
    peer: bytes
    """The other end's address and port."""
    queued: int
    """Bytes that were not read; of one that listens, connections that wait to be accepted."""
    uid: int
    """Who made it; root's as long as a connection was not accepted."""
    inode: int
    """By which its descriptors can be found; 0 as long as a connection was not accepted."""


def question(family: int, states: int, flags: int, which: bytes) -> bytes:
    """Return the message that asks for TCP's sockets of a family in any of these states (bits)."""
    wanted = _WANTED.pack(family, socket.IPPROTO_TCP, 0, states) + which
    return HEADER.pack(HEADER.size + len(wanted), BY_FAMILY, flags, 0, 0) + wanted


def dump(family: socket.AddressFamily, states: Iterable[int], port: int = 0) -> Iterator[Socket]:
    """Yield the sockets of a family in these states, of one port or of all; raises `OSError`."""
    bits = sum(1 << state for state in states)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, SOCK_DIAG) as kernel:
        kernel.settimeout(ANSWER_SECONDS)
        kernel.send(question(family, bits, REQUEST | _DUMP, _ID.pack(port)))
        while True:
            data = kernel.recv(RECEIVE_BYTES)
            at = 0
            while at < len(data):
                size, kind, *_ = HEADER.unpack_from(data, at)
                if kind == _DONE:
                    return
                if kind == _ERROR or size < HEADER.size:
                    raise OSError(errno.EPROTO, "no answer about sockets")
                yield _read(data, at + HEADER.size, _USED_BYTES[family])
                at += (size + 3) & ~3  # NLMSG_ALIGN


def _read(data: bytes, at: int, used: int) -> Socket:
    state, port, peer_port = _HEAD.unpack_from(data, at)
    here = at + _ADDRESSES_AT
    there = here + _ADDRESS_BYTES
    queued, _, uid, inode = _TAIL.unpack_from(data, at + _TAIL_AT)
    peer = data[there : there + used] + peer_port.to_bytes(2, "big")
    return Socket(state, port, data[here : here + used], peer, queued, uid, inode)


def table(path: Path, states: Iterable[int]) -> Iterator[Socket]:
    """Yield the sockets of a table in these states (proc_net_tcp of the kernel's documentation).

    Those that listen stand first. Raises `OSError`.
    """
    wanted = {f"{state:02X}": state for state in states}
    with path.open(encoding="ascii") as lines:
        next(lines, None)
        for line in lines:
            _, local, remote, written, queues, _, _, uid, _, inode, *_ = line.split(maxsplit=10)
            if (state := wanted.get(written)) is not None:
                address, _, port = local.partition(":")
                peer, _, peer_port = remote.partition(":")
                yield Socket(
                    state,
                    int(port, 16),
                    _packed(address),
                    _packed(peer) + int(peer_port, 16).to_bytes(2, "big"),
                    int(queues.partition(":")[2], 16),
                    int(uid),
                    int(inode),
                )
            elif written != f"{LISTEN:02X}" and wanted.keys() == {f"{LISTEN:02X}"}:
                return


def _packed(written: str) -> bytes:
    """Return an address of a table: 32 bits at a time, each in the order of this machine."""
    words = (int(written[at : at + 8], 16) for at in range(0, len(written), 8))
    return b"".join(_NUMBER.pack(word) for word in words)
