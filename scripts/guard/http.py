"""One HTTP/1.1 exchange a connection: what the standby page and the control API answer with.

h11 does the parsing. Connections are not kept alive: on a held port the next request should meet
the server itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import h11

REQUEST_TIMEOUT = 10.0  # seconds that a client may take to send its request
BODY_LIMIT = 64 * 1024  # bytes; nothing that is asked of the guard needs more
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Request:
    """A request; header names are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path

    def query(self, name: str) -> str | None:
        """Return the first value of a query parameter."""
        values = parse_qs(urlsplit(self.target).query).get(name)
        return values[0] if values else None

    def wants_html(self) -> bool:
        """Whether a browser asks for a page, rather than a program for data."""
        return "text/html" in self.headers.get("accept", "")


Upgrade = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Response:
    """An answer: bytes, or a stream of them that ends when the client leaves."""

    status: int
    content_type: str
    body: bytes = b""
    stream: AsyncIterator[bytes] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    upgrade: Upgrade | None = None
    """Takes the connection over: the answer is 101, and no more HTTP follows."""


Handler = Callable[[Request], Awaitable[Response]]


def as_json(value: object, status: int = 200) -> Response:
    """Return JSON."""
    body = (json.dumps(value) + "\n").encode()
    return Response(status, "application/json", body, headers={"Cache-Control": "no-store"})


def problem(status: int, title: str, detail: str, **more: object) -> Response:
    """Return an error as RFC 9457 has it."""
    value = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    body = (json.dumps(value) + "\n").encode()
    headers = {"Cache-Control": "no-store"}
    return Response(status, "application/problem+json", body, headers=headers)


def escape(text: str) -> str:
    """Return text that is inert inside HTML, in attributes too."""
    return html.escape(text, quote=True)


async def serve(connection: socket.socket, handler: Handler) -> None:
    """Read one request from an accepted connection, answer it and close."""
    reader, writer = await asyncio.open_connection(sock=connection)
    with contextlib.suppress(ConnectionError, TimeoutError, OSError):
        await _exchange(reader, writer, handler)
    with contextlib.suppress(ConnectionError, OSError):
        writer.close()
        await writer.wait_closed()


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler
) -> None:
    protocol = h11.Connection(h11.SERVER)
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT):
            request = await _read(protocol, reader)
        if request is None:
            return
        response = await handler(request)
    except h11.RemoteProtocolError as error:
        status = error.error_status_hint or 400
        response = problem(status, "Bad request", f"This is not HTTP as it should be: {error}.")
        if protocol.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
    if response.upgrade is None:
        await _write(protocol, reader, writer, response)
    else:
        await _switch(protocol, reader, writer, response, response.upgrade)


async def _switch(
    protocol: h11.Connection,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    response: Response,
    upgrade: Upgrade,
) -> None:
    headers = [("Connection", "Upgrade"), *response.headers.items()]
    answer = h11.InformationalResponse(status_code=response.status, headers=headers)
    writer.write(protocol.send(answer) or b"")
    await upgrade(reader, writer)


async def _read(protocol: h11.Connection, reader: asyncio.StreamReader) -> Request | None:
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = protocol.next_event()
        if event is h11.NEED_DATA:
            protocol.receive_data(await reader.read(_CHUNK))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > BODY_LIMIT:
                raise h11.RemoteProtocolError("the body is too large", error_status_hint=413)
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            headers = {name.decode("latin-1"): v.decode("latin-1") for name, v in head.headers}
            method, target = head.method.decode("ascii"), head.target.decode("latin-1")
            return Request(method, target, headers, bytes(body))
        else:
            return None  # it closed before it had asked for anything


async def _write(
    protocol: h11.Connection,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    response: Response,
) -> None:
    headers = [
        ("Content-Type", response.content_type),
        ("Connection", "close"),
        ("X-Content-Type-Options", "nosniff"),
        *response.headers.items(),
    ]
    if response.stream is None:
        headers.append(("Content-Length", str(len(response.body))))
    writer.write(protocol.send(h11.Response(status_code=response.status, headers=headers)) or b"")
    if response.stream is None:
        writer.write(protocol.send(h11.Data(data=response.body)) or b"")
    else:
        await _copy(protocol, reader, writer, response.stream)
    writer.write(protocol.send(h11.EndOfMessage()) or b"")
    await writer.drain()


async def _copy(
    protocol: h11.Connection,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    stream: AsyncIterator[bytes],
) -> None:
    """Send what comes until it ends or the client has left."""
    copying = asyncio.ensure_future(_send_all(protocol, writer, stream))
    leaving = asyncio.ensure_future(reader.read(1))
    try:
        await asyncio.wait({copying, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (copying, leaving):
            task.cancel()
        await asyncio.gather(copying, leaving, return_exceptions=True)


async def _send_all(
    protocol: h11.Connection, writer: asyncio.StreamWriter, stream: AsyncIterator[bytes]
) -> None:
    async for chunk in stream:
        writer.write(protocol.send(h11.Data(data=chunk)) or b"")
        await writer.drain()


class Listener:
    """Accepts on a listening socket that may be shared with another process, while it is told to.

    `pause` seconds pass between a connection's arrival and the attempt to accept it, so that
    another process that accepts too comes first.
    """

    def __init__(self, sock: socket.socket, handler: Handler) -> None:
        self._sock = sock
        self._handler = handler
        self._loop = asyncio.get_running_loop()
        self._accepting = False
        self._pause = 0.0
        self._later: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def accept(self, pause: float = 0.0) -> None:
        """Begin to accept, or change the pause; without one, those who wait are taken now."""
        self._pause = pause
        if not self._accepting:
            self._accepting = True
            self._loop.add_reader(self._sock.fileno(), self._readable)
        if not pause:
            self._accept_all()

    def ignore(self) -> None:
        """Leave the connections to others; those under way are answered to the end."""
        if self._accepting:
            self._accepting = False
            self._loop.remove_reader(self._sock.fileno())
        if self._later is not None:
            self._later.cancel()
            self._later = None

    @property
    def is_busy(self) -> bool:
        """Whether an answer is under way."""
        return bool(self._tasks)

    async def close(self) -> None:
        """Stop, and end what is under way."""
        self.ignore()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _readable(self) -> None:
        if not self._pause:
            self._accept_all()
            return
        self._loop.remove_reader(self._sock.fileno())
        self._later = self._loop.call_later(self._pause, self._resume)

    def _resume(self) -> None:
        self._later = None
        self._accept_all()
        if self._accepting:
            self._loop.add_reader(self._sock.fileno(), self._readable)

    def _accept_all(self) -> None:
        # Another process that has the socket may have made it block for both; that is put back, for
        # it may rely on it.
        descriptor = self._sock.fileno()
        blocks = os.get_blocking(descriptor)
        os.set_blocking(descriptor, False)
        try:
            self._accept_waiting()
        finally:
            os.set_blocking(descriptor, blocks)

    def _accept_waiting(self) -> None:
        while True:
            try:
                connection, _ = self._sock.accept()
            except OSError:  # none left, or none to be had (out of descriptors): try when asked
                return
            connection.setblocking(False)  # noqa: FBT003 - the library's signature
            task = self._loop.create_task(serve(connection, self._handler))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
