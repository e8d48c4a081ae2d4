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
# After it attributes: their length and kind, and of the kind that is asked for a tcp_info. Of that
# the milliseconds since something came (or the connection did), and the bytes that have come.
_MESSAGE_BYTES, _ATTRIBUTE = 72, struct.Struct("=HH")
_INFO = 2  # INET_DIAG_INFO
_QUIET_AT, _QUIET = 52, struct.Struct("=I")
_RECEIVED_AT, _RECEIVED = 128, struct.Struct("=Q")


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


def question(family: int, states: int, flags: int, which: bytes, beside: int = 0) -> bytes:
    """Return the message that asks for TCP's sockets of a family in any of these states (bits).

    `beside` is the kind of attribute that is to be told with each.
    """
    extensions = 1 << (beside - 1) if beside else 0
    wanted = _WANTED.pack(family, socket.IPPROTO_TCP, extensions, states) + which
    return HEADER.pack(HEADER.size + len(wanted), BY_FAMILY, flags, 0, 0) + wanted


def dump(family: socket.AddressFamily, states: Iterable[int], port: int = 0) -> Iterator[Socket]:
    """Yield the sockets of a family in these states, of one port or of all; raises `OSError`."""
    bits = sum(1 << state for state in states)
    for answer in _answers(question(family, bits, REQUEST | _DUMP, _ID.pack(port))):
        yield _read(answer, _USED_BYTES[family])


def silences(family: socket.AddressFamily, port: int) -> Iterator[float]:
    """Yield of each connection that was accepted and on which nothing has come for how many s.

    Raises `OSError`.
    """
    which = _ID.pack(port)
    for answer in _answers(question(family, 1 << ESTABLISHED, REQUEST | _DUMP, which, _INFO)):
        *_, inode = _TAIL.unpack_from(answer, _TAIL_AT)
        info = _attribute(answer, _INFO)
        is_told = len(info) >= _RECEIVED_AT + _RECEIVED.size  # not before Linux 4.1
        if inode and is_told and not _RECEIVED.unpack_from(info, _RECEIVED_AT)[0]:
            yield _QUIET.unpack_from(info, _QUIET_AT)[0] / 1000


def _attribute(answer: bytes, wanted: int) -> bytes:
    """Return what an answer says beside the message itself; b"" where it does not."""
    at = _MESSAGE_BYTES
    while at + _ATTRIBUTE.size <= len(answer):
        size, kind = _ATTRIBUTE.unpack_from(answer, at)
        if kind == wanted:
            return answer[at + _ATTRIBUTE.size : at + size]
        at += max((size + 3) & ~3, _ATTRIBUTE.size)  # NLA_ALIGN
    return b""


def _answers(asked: bytes) -> Iterator[bytes]:
    """Yield an inet_diag_msg, with what stands beside it, for each socket; raises `OSError`."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, SOCK_DIAG) as kernel:
        kernel.settimeout(ANSWER_SECONDS)
        kernel.send(asked)
        while True:
            data = kernel.recv(RECEIVE_BYTES)
            at = 0
            while at < len(data):
                size, kind, *_ = HEADER.unpack_from(data, at)
                if kind == _DONE:
                    return
                if kind == _ERROR or size < HEADER.size:
                    raise OSError(errno.EPROTO, "no answer about sockets")
                yield data[at + HEADER.size : at + size]
                at += (size + 3) & ~3  # NLMSG_ALIGN


def _read(answer: bytes, used: int) -> Socket:
    state, port, peer_port = _HEAD.unpack_from(answer)
    here, there = _ADDRESSES_AT, _ADDRESSES_AT + _ADDRESS_BYTES
    queued, _, uid, inode = _TAIL.unpack_from(answer, _TAIL_AT)
    peer = answer[there : there + used] + peer_port.to_bytes(2, "big")
    return Socket(state, port, answer[here : here + used], peer, queued, uid, inode)


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
