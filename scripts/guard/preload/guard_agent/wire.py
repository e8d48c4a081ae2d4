"""Messages between the guard, a forkserver, a recorder and what is forked: one line each.

A message is a Python literal in ASCII: to write one needs no import, and to read one
(`ast.literal_eval`) runs nothing that is in it. Descriptors travel beside it (unix(7)), the first
of them that of a file with the message itself where it says so.
"""

from __future__ import annotations

import _socket
import os
import sys

TYPE_CHECKING = False  # `typing` itself takes longer to load than all that is done here
if TYPE_CHECKING:
    from typing import Any

INT_BYTES = 4  # of a C int, which a descriptor is
MOST_DESCRIPTORS = 250  # SCM_MAX_FD of Linux is 253
CHUNK = 65536
ASIDE = "aside"
"""The message stands in the file whose descriptor is the first."""


def line(message: object) -> bytes:
    """Return a message as it is written."""
    return ascii(message).encode("ascii") + b"\n"


def send(sock: _socket.socket, message: object, descriptors: tuple[int, ...] = ()) -> None:
    """Send a message, with descriptors beside its first byte; raises `OSError`."""
    data = memoryview(line(message))
    packed = b"".join(fd.to_bytes(INT_BYTES, sys.byteorder) for fd in descriptors)
    beside = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, packed)] if packed else []
    sent = sock.sendmsg([data], beside)
    while sent < len(data):
        sent += sock.send(data[sent:])


def receive(sock: _socket.socket) -> tuple[Any, list[int]] | None:
    """Return the next message and its descriptors, None at the end; raises `OSError`.

    What is received is not inherited. One message is under way at a time: nothing is read ahead.
    """
    import ast

    data, descriptors = b"", list[int]()
    while not data.endswith(b"\n"):
        part, beside, _, _ = sock.recvmsg(CHUNK, _socket.CMSG_SPACE(MOST_DESCRIPTORS * INT_BYTES))
        for level, kind, packed in beside:
            if (level, kind) == (_socket.SOL_SOCKET, _socket.SCM_RIGHTS):
                descriptors += _unpacked(packed)
        if not part:
            for fd in descriptors:
                os.close(fd)
            return None
        data += part
    for fd in descriptors:
        os.set_inheritable(fd, False)
    message = ast.literal_eval(data.decode("ascii"))
    if message == ASIDE:
        message = ast.literal_eval(_whole(descriptors.pop(0)).decode("ascii"))
    return message, descriptors


def _whole(file: int) -> bytes:
    """Return what stands in a file, from its beginning, and close it."""
    data = b""
    while part := os.pread(file, CHUNK, len(data)):
        data += part
    os.close(file)
    return data


def _unpacked(packed: bytes) -> list[int]:
    whole = len(packed) - len(packed) % INT_BYTES
    return [
        int.from_bytes(packed[at : at + INT_BYTES], sys.byteorder)
        for at in range(0, whole, INT_BYTES)
    ]
