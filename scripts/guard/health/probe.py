"""Asks a service over HTTP whether it answers."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import re
import time
from collections.abc import Callable
from typing import NamedTuple

from ..core.apart import apart
from ..core.protocol import Protocol
from ..core.run_tag import RUN_HEADER
from ..net.peer_uid import Connection
from . import tls

PROBE_TIMEOUT = 5.0  # seconds for one answer; of who starts, or as long as it has been starting ...
MAX_PROBE_TIMEOUT = 30.0  # ... up to this: where many wait, whoever asks anew is the last again
PROBE_PAUSE = 0.05  # seconds between two attempts ...
PROBE_SHARE = 0.05  # ... or this share of the time that has passed: who takes long is asked less
MAX_PROBE_PAUSE = 1.0
CLOSING_SECONDS = 5.0  # after which one that only ever closes the connection speaks no HTTP
HEAD_BYTES = 64 * 1024  # of an answer that are read at the most
_BAD_REQUEST = 400  # what some say to HTTP on a port for TLS
_SERVER_ERROR = 500
_NOT_YET = frozenset({502, 503, 504})  # what servers and those before them say while they start
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})")


class Reply(enum.Enum):
    """What comes of a request."""

    NONE = "nobody is there, or says nothing"
    CLOSED = "the connection was closed without a word"
    STANDBY = "the guard's own answer in its place"
    NOT_YET = "an answer that is none yet"
    ANSWER = "an answer"


Judge = Callable[[], bool]
"""Tells whether who listens is known to speak no HTTP, and is not to be asked in it."""


class Answer(NamedTuple):
    """What comes of a request, and in which protocol, where that shows."""

    reply: Reply
    speaks: Protocol | None = None
    status: int | None = None
    """That of HTTP."""


async def ask(
    port: int,
    path: str,
    *,
    strict: bool = False,
    speaks_no_http: Judge | None = None,
    within: float | None = None,
) -> Answer:
    """Ask for `path` on localhost.

    Any answer counts, in whatever protocol: of HTTP 401, 404 and 500 too, but not what says "not
    yet", nor one of the standby page. With `strict`, it must be HTTP and no server error. A server
    that speaks TLS is not asked further.
    """
    try:
        head = await _ask(port, path, speaks_no_http, within or PROBE_TIMEOUT)
    except _NoHttpError:
        return Answer(Reply.ANSWER, Protocol.OTHER)
    if head is None:
        return Answer(Reply.NONE)
    line = _STATUS_LINE.match(head)
    status = int(line[1]) if line else None
    if status in {None, _BAD_REQUEST} and await tls.speaks(lambda: _connect(port)):
        return Answer(Reply.ANSWER, Protocol.TLS)
    if not head:
        return Answer(Reply.CLOSED)
    if b"x-guard-standby:" in head.lower():
        return Answer(Reply.STANDBY)
    is_no = status is None or status >= _SERVER_ERROR if strict else status in _NOT_YET
    speaks = Protocol.OTHER if line is None else Protocol.HTTP
    return Answer(Reply.NOT_YET if is_no else Reply.ANSWER, speaks, status)


async def responds(port: int, path: str) -> bool:
    """Ask for `path` on localhost; whether anything came back: one that hangs does nothing."""
    return (await ask(port, path)).reply is not Reply.NONE


async def identify(port: int, speaks_no_http: Judge) -> Protocol | None:
    """Return what is spoken on a port, None if nothing is said in time."""
    answer = await ask(port, "/", speaks_no_http=speaks_no_http)
    if answer.reply is Reply.CLOSED:  # a database does that, told in HTTP
        return Protocol.OTHER
    return answer.speaks


async def await_answer(
    port: int,
    path: str,
    *,
    strict: bool = False,
    speaks_no_http: Judge | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Protocol:
    """Return what is spoken when the service on `port` answers; the caller cancels at will.

    One that only ever closes the connection counts after a while, unless `strict`: a database does
    that, told in HTTP. It has to last, since what passes connections on does it while it starts.
    """
    began, closing_since = clock(), None
    while True:
        within = max(PROBE_TIMEOUT, min(MAX_PROBE_TIMEOUT, clock() - began))
        reply, speaks, _ = await ask(
            port, path, strict=strict, speaks_no_http=speaks_no_http, within=within
        )
        if reply is Reply.ANSWER and speaks is not None:
            return speaks
        now = clock()
        if reply is not Reply.CLOSED or closing_since is None:
            closing_since = now if reply is Reply.CLOSED else None
        elif now - closing_since >= CLOSING_SECONDS and not strict:
            return Protocol.OTHER
        await asyncio.sleep(max(PROBE_PAUSE, min(MAX_PROBE_PAUSE, (now - began) * PROBE_SHARE)))


class _NoHttpError(Exception):
    """Who listens is not to be asked in HTTP."""


async def _ask(port: int, path: str, speaks_no_http: Judge | None, within: float) -> bytes | None:
    """Return the head of an answer, or what came of one; None where there was nobody, or silence.

    Empty where the connection was closed.
    """
    with contextlib.suppress(OSError):
        async with asyncio.timeout(within):
            reader, writer = await _connect(port)
            try:
                if speaks_no_http is not None and await apart(speaks_no_http):
                    raise _NoHttpError
                request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n"
                writer.write(f"{request}User-Agent: guard\r\nAccept: */*\r\n\r\n".encode())
                return await _head(reader)
            finally:
                writer.close()
    return None


async def fetch(
    port: int, path: str, run: str, is_ours: Callable[[Connection], bool]
) -> tuple[int, bytes] | None:
    """Ask for `path` on localhost; return status and body, None where no HTTP came in time.

    The mark `run` shows that the guard asks: who is not ours by `is_ours` is told nothing, and not
    believed either. At most `HEAD_BYTES` are read.
    """
    with contextlib.suppress(OSError):
        async with asyncio.timeout(PROBE_TIMEOUT):
            reader, writer = await _connect(port)
            try:
                if not is_ours(writer.get_extra_info("socket")):
                    return None
                # 1.0: what comes is the body and nothing but the body, to the end
                request = f"GET {path} HTTP/1.0\r\nHost: localhost:{port}\r\n"
                accept = "application/problem+json, application/json"
                request += f"User-Agent: guard\r\nAccept: {accept}\r\n{RUN_HEADER}: {run}\r\n"
                writer.write(f"{request}\r\n".encode())
                head, _, body = (await _read(reader)).partition(b"\r\n\r\n")
            finally:
                writer.close()
            line = _STATUS_LINE.match(head)
            is_standby = b"x-guard-standby:" in head.lower()
            return None if line is None or is_standby else (int(line[1]), body)
    return None


async def _read(reader: asyncio.StreamReader) -> bytes:
    read = b""
    while len(read) < HEAD_BYTES and (chunk := await reader.read(HEAD_BYTES)):
        read += chunk
    return read


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
