"""Whether a service answers: an HTTP probe until it does, then the length of its accept queue.

A READY service is not probed: connections that wait while none is taken say all there is to say,
without a line in anybody's log. Only where the system does not tell the queue's length is it asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import re
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

PROBE_TIMEOUT = 5.0  # seconds for one answer
PROBE_PAUSE = 0.05  # seconds between two attempts ...
PROBE_SHARE = 0.05  # ... or this share of the time that has passed: who takes long is asked less
LONGEST_PAUSE = 1.0
CLOSING_SECONDS = 5.0  # after which one that only ever closes the connection speaks no HTTP
HEAD_BYTES = 64 * 1024  # of an answer that are read at the most
QUEUE_INTERVAL = 1.0  # seconds between two looks at the accept queue
LONGEST_INTERVAL = 2.0  # seconds; nobody looked in between when there were more
# A debugger that waits for its user: pdb, ipdb, node inspect, byebug, irb, delve.
_PROMPT = re.compile(
    r"(?:\((?:Pdb(?:\+\+)?|ipdb|byebug|rdbg|dlv)\)|ipdb>|debug>|irb\(.*\).*[>*]) ?$"
)
_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")
_SERVER_ERROR = 500
_NOT_YET = frozenset({502, 503, 504})  # what servers and those before them say while they start
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})")


class Reply(enum.Enum):
    """What comes of a request."""

    NONE = "nobody is there, or says nothing"
    CLOSED = "the connection was closed without a word"
    NOT_YET = "an answer that is none yet"
    ANSWER = "an answer"


async def ask(port: int, path: str, *, strict: bool = False) -> Reply:
    """Ask for `path` on localhost.

    Any answer counts, in whatever protocol: of HTTP 401, 404 and 500 too, but not what says "not
    yet", nor one of the standby page. With `strict`, it must be HTTP and no server error.
    """
    head = await _ask(port, path)
    if not head:
        return Reply.NONE if head is None else Reply.CLOSED
    line = _STATUS_LINE.match(head)
    status = int(line[1]) if line else None
    is_no = status is None or status >= _SERVER_ERROR if strict else status in _NOT_YET
    is_up = not is_no and b"x-guard-standby:" not in head.lower()
    return Reply.ANSWER if is_up else Reply.NOT_YET


async def responds(port: int, path: str) -> bool:
    """Ask for `path` on localhost; whether anything came back: one that hangs does nothing."""
    return await ask(port, path) is not Reply.NONE


async def await_answer(
    port: int, path: str, *, strict: bool = False, clock: Callable[[], float] = time.monotonic
) -> None:
    """Return when the service on `port` answers; the caller cancels when it need not know.

    One that only ever closes the connection counts after a while, unless `strict`: a database does
    that, told in HTTP. It has to last, since what passes connections on does it while it starts.
    """
    began, closing_since = clock(), None
    while (reply := await ask(port, path, strict=strict)) is not Reply.ANSWER:
        now = clock()
        if reply is not Reply.CLOSED or closing_since is None:
            closing_since = now if reply is Reply.CLOSED else None
        elif now - closing_since >= CLOSING_SECONDS and not strict:
            return
        await asyncio.sleep(max(PROBE_PAUSE, min(LONGEST_PAUSE, (now - began) * PROBE_SHARE)))


async def _ask(port: int, path: str) -> bytes | None:
    """Return the head of an answer, or what came of one; None where there was nobody, or silence.

    Empty where the connection was closed.
    """
    with contextlib.suppress(OSError):
        async with asyncio.timeout(PROBE_TIMEOUT):
            reader, writer = await _connect(port)
            try:
                request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n"
                writer.write(f"{request}User-Agent: guard\r\nAccept: */*\r\n\r\n".encode())
                return await _head(reader)
            finally:
                writer.close()
    return None


async def _head(reader: asyncio.StreamReader) -> bytes:
    """Read to the end of the headers; of another protocol, or of endless headers, what has come."""
    head = b""
    with contextlib.suppress(ConnectionResetError):
        while b"\r\n\r\n" not in head and len(head) < HEAD_BYTES:
            chunk = await reader.read(HEAD_BYTES)
            head += chunk
            if not chunk or not head.startswith(b"HTTP/"[: len(head)]):
                break
    return head


async def _connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to localhost; a server that binds for itself may be on one of its addresses only."""
    try:
        return await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return await asyncio.open_connection("::1", port)


def is_prompt(line: str) -> bool:
    """Whether a line that was begun is the prompt of a debugger."""
    return _PROMPT.search(_COLOURS.sub("", line)) is not None


class Watch(Protocol):
    """Tells for how long a server has taken no connections; look once in `QUEUE_INTERVAL`."""

    def look(self) -> float:
        """Return for how many seconds connections have waited with none taken."""

    def excuse(self) -> None:
        """Begin anew: there is a reason why it takes none."""

    def close(self) -> None:
        """Look no more."""


class _Stillness:
    """For how long nothing has moved.

    Time counts only while it is looked at: when the last look is too long ago, the computer slept
    or the guard was stopped, and the server is given its time from the beginning.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._looked = clock()
        self._seconds = 0.0

    def note(self, *, moves: bool) -> float:
        now = self._clock()
        passed, self._looked = now - self._looked, now
        self._seconds = 0.0 if moves or passed > LONGEST_INTERVAL else self._seconds + passed
        return self._seconds

    def forget(self) -> None:
        self._seconds = 0.0


class Queue:
    """Notices by its queue that a server takes no connections while some wait."""

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
        self._stillness = _Stillness(clock)

    def look(self) -> float:
        """Return for how many seconds connections have waited with none taken."""
        if not self._waiting():
            self._seen = frozenset()
            return self._stillness.note(moves=True)
        # A busy server's queue is never empty either, but those who wait in it change.
        before, self._seen = self._seen, self._peers()
        return self._stillness.note(moves=not before <= self._seen)

    def excuse(self) -> None:
        """Begin anew: there is a reason why it takes none."""
        self._stillness.forget()

    def close(self) -> None:
        """There is nothing to end."""


class Probe:
    """Notices the same by asking, one request at a time, where the queue cannot be read."""

    def __init__(
        self, ask: Callable[[], Awaitable[bool]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`ask` sends a request and tells whether an answer came."""
        self._ask = ask
        self._asking: asyncio.Future[bool] | None = None
        self._stillness = _Stillness(clock)

    def look(self) -> float:
        """Return for how many seconds no request has been answered."""
        ended = self._asking is None or self._asking.done()
        answered = self._asking is None or (self._asking.done() and self._asking.result())
        if ended:
            self._asking = asyncio.ensure_future(self._ask())
        return self._stillness.note(moves=answered)

    def excuse(self) -> None:
        """Begin anew: there is a reason why it answers none."""
        self._stillness.forget()

    def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
