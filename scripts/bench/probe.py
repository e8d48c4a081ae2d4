"""Ask a port as a client does."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable

RETRY_SECONDS = 0.002
INTERVAL_SECONDS = 0.005
DEADLINE_SECONDS = 30.0
STATE_SECONDS = 60.0


class NoAnswerError(Exception):
    """Nothing came back before the deadline."""


def answer(port: int, path: str, deadline: float | None = None) -> float:
    """Ask until the answer is 200; return when it came, on the monotonic clock.

    A refused or broken connection is tried again at once, one that waits is waited for. Raises
    `NoAnswerError`; the deadline is in seconds, `DEADLINE_SECONDS` if not given.
    """
    deadline = DEADLINE_SECONDS if deadline is None else deadline
    end = time.monotonic() + deadline
    while (now := time.monotonic()) < end:
        with contextlib.suppress(OSError):
            if _status(port, path, end - now) == 200:  # noqa: PLR2004 - HTTP's OK
                return time.monotonic()
        time.sleep(RETRY_SECONDS)
    raise NoAnswerError(f"no 200 from port {port} within {deadline} s")


def _status(port: int, path: str, timeout: float) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        head = connection.recv(64)
        with contextlib.suppress(OSError):  # all of it: a server that is hung up on complains
            while connection.recv(1 << 16):
                pass
    return int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/") else 0


def until(
    met: Callable[[], object],
    otherwise: str,
    pause: float = INTERVAL_SECONDS,
    *,
    deadline: float = STATE_SECONDS,
) -> None:
    """Wait until something is true; raises `NoAnswerError` if it never is."""
    end = time.monotonic() + deadline
    while not met():
        if time.monotonic() > end:
            raise NoAnswerError(otherwise)
        time.sleep(pause)
