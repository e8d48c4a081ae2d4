"""Messages of any length: each stands in a file without a name, whose descriptor is sent.

A socket takes as much as fits into its buffer, and then whoever sends waits for whoever reads. An
interpreter that is being started, or has no turn on a busy machine, may take seconds for that, in
which the guard would answer nobody.
"""

from __future__ import annotations

import os
import socket

from .guard_agent import wire


def send(sock: socket.socket, message: object, descriptors: tuple[int, ...] = ()) -> None:
    """Send a message, with descriptors, without waiting for who reads it; raises `OSError`."""
    file = nameless_file()
    try:
        rest = memoryview(wire.line(message))
        while rest:
            rest = rest[os.write(file, rest) :]
        wire.send(sock, wire.ASIDE, (file, *descriptors))
    finally:
        os.close(file)


def nameless_file() -> int:
    """Open one; raises `OSError`."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("preload")
    import tempfile

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
