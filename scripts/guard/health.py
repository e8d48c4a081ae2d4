"""Whether a service answers: an HTTP probe until it does, then the length of its accept queue.

A READY service is not probed: connections that wait while none is taken say all there is to say,
without a line in anybody's log.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable

from scripts.guard.sockets import waiting

PROBE_TIMEOUT = 5.0  # seconds for one answer
PROBE_PAUSE = 0.05  # seconds between two attempts
QUEUE_INTERVAL = 1.0  # seconds between two looks at the accept queue
_SERVER_ERROR = 500


async def answers(port: int, path: str) -> bool:
    """Ask for `path` on localhost; whether a server of ours answered, with no server error.

    Whatever else it says (401, 404) it is up. An answer of the standby page is none.
    """
    with contextlib.suppress(OSError, TimeoutError, ValueError, IndexError):
        async with asyncio.timeout(PROBE_TIMEOUT):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n"
                writer.write(f"{request}User-Agent: guard\r\nAccept: */*\r\n\r\n".encode())
                head = await reader.readuntil(b"\r\n\r\n")
            finally:
                writer.close()
        status = int(head.split(b" ", 2)[1])
        return status < _SERVER_ERROR and b"x-guard-standby:" not in head.lower()
    return False


async def await_answer(port: int, path: str) -> None:
    """Return when the service on `port` answers; the caller cancels when it need not know."""
    while not await answers(port, path):  # noqa: ASYNC110 - the world sends no event
        await asyncio.sleep(PROBE_PAUSE)


class Queue:
    """Notices a server that takes no connections while some wait.

    Time counts only while it is looked at: a computer that slept does not make a server hang.
    """

    def __init__(self, sock: socket.socket, clock: Callable[[], float] = time.monotonic) -> None:
        self._sock = sock
        self._clock = clock
        self._looked = clock()
        self._stuck = 0.0

    def look(self) -> float:
        """Return for how many seconds connections have waited with none taken."""
        now = self._clock()
        passed = min(now - self._looked, 2 * QUEUE_INTERVAL)
        self._looked = now
        self._stuck = self._stuck + passed if waiting(self._sock) else 0.0
        return self._stuck
