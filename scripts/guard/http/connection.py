"""One HTTP/1.1 exchange a connection; h11 does the parsing.

Connections are not kept alive: on a held port the next request should meet the server itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

import h11

from ..core.cause import say
from .messages import Handler, Request, Response, Upgrade
from .refusals import refuse

REQUEST_TIMEOUT = 10.0  # seconds that a client may take to send its request
LINGER_SECONDS = 2.0  # for which what a client still sends is read, so that it reads its answer ...
LINGER_BYTES = 64 * 1024 * 1024  # ... and so much of it
_CHUNK = 64 * 1024


async def serve(connection: socket.socket, handler: Handler, uid: int | None) -> None:
    """Read one request from an accepted connection of that user, answer it and close."""
    reader, writer = await asyncio.open_connection(sock=connection)
    try:
        with contextlib.suppress(ConnectionError, TimeoutError, OSError):
            await _exchange(reader, writer, handler, uid)
    finally:  # also when the guard leaves in the middle of it
        writer.close()
    with contextlib.suppress(ConnectionError, OSError):
        await writer.wait_closed()


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler, uid: int | None
) -> None:
    protocol = h11.Connection(h11.SERVER)
    method = None
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT):
            request = await _read(protocol, reader)
        if request is None:
            return
        method = request.method
        response = await _answer(handler, request._replace(uid=uid))
    except h11.RemoteProtocolError as error:
        status = error.error_status_hint or 400
        told = say("This is not valid HTTP: {error}.", error=error)
        response = refuse(None, status, "bad-request", "Bad request", told)
    except TimeoutError:
        if not protocol.trailing_data[0]:
            return  # a browser connects ahead of time: it has not asked for anything
        told = say("No request came within {seconds} s.", seconds=round(REQUEST_TIMEOUT))
        response = refuse(None, 408, "too-slow", "Too slow", told)
    if response.upgrade is not None:
        await _switch(protocol, reader, writer, response, response.upgrade)
        return
    await _write(protocol, reader, writer, response, with_body=method != "HEAD")
    if not _has_come_whole(protocol):
        await _linger(reader, writer)


async def _answer(handler: Handler, request: Request) -> Response:
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 - answered and logged
        asyncio.get_running_loop().call_exception_handler(
            {"message": f"{request.method} {request.target[:100]}", "exception": error}
        )
        told = say("Internal error in the guard; details are in its log.")
        return refuse(request, 500, "internal", "Error", told)


async def _linger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read on: a connection that is closed with something unread is reset, its answer unread."""
    writer.write_eof()
    left = LINGER_BYTES
    async with asyncio.timeout(LINGER_SECONDS):
        while left > 0 and (chunk := await reader.read(_CHUNK)):
            left -= len(chunk)


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
    """Read as far as the end of the headers; nothing that is asked of the guard needs a body."""
    chunk = await reader.read(_CHUNK)
    if not chunk[:1].isalpha():  # a ClientHello, a database's client: nothing that we said would do
        return None
    protocol.receive_data(chunk)
    while (event := protocol.next_event()) is h11.NEED_DATA:
        protocol.receive_data(await reader.read(_CHUNK))
    if not isinstance(event, h11.Request):
        return None  # it closed before it had asked for anything
    headers = {name.decode("latin-1"): v.decode("latin-1") for name, v in event.headers}
    if {"content-length", "transfer-encoding"} <= headers.keys():  # of which h11 believes one
        raise h11.RemoteProtocolError("two lengths")
    target = event.target.decode("latin-1")
    try:
        urlsplit(target)
    except ValueError as error:
        raise h11.RemoteProtocolError(f"{error} in the target") from error
    return Request(event.method.decode("ascii"), target, headers)


def _has_come_whole(protocol: h11.Connection) -> bool:
    """Whether nothing of a request is left to be read."""
    try:
        while isinstance(protocol.next_event(), h11.Data):
            pass
    except h11.RemoteProtocolError:
        return False
    return protocol.their_state in {h11.DONE, h11.MUST_CLOSE, h11.CLOSED}


async def _write(
    protocol: h11.Connection,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    response: Response,
    *,
    with_body: bool,
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
    if not with_body:
        pass
    elif response.stream is None:
        writer.write(protocol.send(h11.Data(data=response.body)) or b"")
    else:
        await _copy(protocol, reader, writer, response.stream)
    # Not awaited: who still sends reads nothing before that has been read. Closing waits for it.
    writer.write(protocol.send(h11.EndOfMessage()) or b"")


async def _copy(
    protocol: h11.Connection,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    stream: AsyncGenerator[bytes, None],
) -> None:
    """Send what comes until it ends or the client has left."""
    copying = asyncio.ensure_future(_send_all(protocol, writer, stream))
    leaving = asyncio.ensure_future(_until_left(reader))
    try:
        await asyncio.wait({copying, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (copying, leaving):
            task.cancel()
        await asyncio.gather(copying, leaving, return_exceptions=True)


async def _until_left(reader: asyncio.StreamReader) -> None:
    while await reader.read(_CHUNK):
        pass


async def _send_all(
    protocol: h11.Connection, writer: asyncio.StreamWriter, stream: AsyncGenerator[bytes, None]
) -> None:
    async with contextlib.aclosing(stream):  # also where the client left while it was waited for
        async for chunk in stream:
            writer.write(protocol.send(h11.Data(data=chunk)) or b"")
            await writer.drain()
