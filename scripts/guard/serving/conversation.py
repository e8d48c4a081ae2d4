"""One HTTP/1.1 exchange a connection; h11 does the parsing.

Connections are not kept alive: on a held port the next request should meet the server itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import h11

from scripts.guard.serving.http import Handler, Request, Response, Upgrade, problem

REQUEST_TIMEOUT = 10.0  # seconds that a client may take to send its request
BODY_LIMIT = 64 * 1024  # bytes; nothing that is asked of the guard needs more
_CHUNK = 64 * 1024


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
