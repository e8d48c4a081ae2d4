"""Whether a service answers: an HTTP probe until it does, then the length of its accept queue.

A READY service is not probed: connections that wait while none is taken say all there is to say,
without a line in anybody's log.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Callable

PROBE_TIMEOUT = 5.0  # seconds for one answer
PROBE_PAUSE = 0.05  # seconds between two attempts
QUEUE_INTERVAL = 1.0  # seconds between two looks at the accept queue
LONGEST_INTERVAL = 2.0  # seconds; nobody looked in between when there were more
# A debugger that waits for its user: pdb, ipdb, node inspect, byebug, irb, delve.
_PROMPT = re.compile(
    r"(?:\((?:Pdb(?:\+\+)?|ipdb|byebug|rdbg|dlv)\)|ipdb>|debug>|irb\(.*\).*[>*]) ?$"
)
_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")
_SERVER_ERROR = 500


async def answers(port: int, path: str) -> bool:
    """Ask for `path` on localhost; whether a server of ours answered, with no server error.

    Whatever else it says (401, 404) it is up. An answer of the standby page is none.
    """
    # Whatever is no HTTP answer is no sign of life: EOF, other protocols, endless headers.
    with contextlib.suppress(OSError, EOFError, ValueError, IndexError, asyncio.LimitOverrunError):
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


def is_prompt(line: str) -> bool:
    """Whether a line that was begun is the prompt of a debugger."""
    return _PROMPT.search(_COLOURS.sub("", line)) is not None


class Queue:
    """Notices a server that takes no connections while some wait.

    Time counts only while it is looked at: when the last look is too long ago, the computer slept
    or the guard was stopped, and the server is given its time from the beginning.
    """

    def __init__(
        self,
        waiting: Callable[[], int | None],
        peers: Callable[[], frozenset[str]] = frozenset,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`waiting` tells how many connections wait, `peers` whose; None and none if not known."""
        self._waiting = waiting
        self._peers = peers
        self._seen: frozenset[str] = frozenset()
        self._clock = clock
        self._looked = clock()
        self._stuck = 0.0

    def look(self) -> float:
        """Return for how many seconds connections have waited with none taken."""
        now = self._clock()
        passed, self._looked = now - self._looked, now
        if passed > LONGEST_INTERVAL or not self._waiting():
            self._stuck, self._seen = 0.0, frozenset()
            return self._stuck
        # A busy server's queue is never empty either, but those who wait in it change.
        before, self._seen = self._seen, self._peers()
        self._stuck = self._stuck + passed if before <= self._seen else 0.0
        return self._stuck

    def excuse(self) -> None:
        """Begin anew: there is a reason why it takes none."""
        self._stuck = 0.0
