"""An event stream that ends has ended: nothing works for it any more."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from scripts.guard.api.events import Events, Wanted
from scripts.guard.core.broadcast import Changes
from scripts.guard.core.snapshot import Snapshot
from scripts.guard.http.connection import serve
from scripts.guard.http.messages import Request, Response
from scripts.guard.logs.ring_buffer import RingBuffer
from scripts.guard.processes.resource_usage import Usage

NOW = datetime(2026, 1, 31, tzinfo=UTC)
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_a_stream_that_is_closed_leaves_no_task() -> None:
    async def scenario() -> set[asyncio.Task[None]]:
        feed = RingBuffer()
        events = Events(lambda: Snapshot(1, NOW, "stack", ()), Changes(), feed, Usage(dict))
        stream = events.stream(Wanted(logs=frozenset("*"), usage=True))
        await anext(stream)
        feed.take("web", b"a line\n", NOW)
        await stream.aclose()
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(scenario()) == set()


def test_a_stream_ends_where_what_it_tells_of_cannot_be_known() -> None:
    """A page would show for ever what was so then; one whose stream ends asks again."""

    def leaders() -> dict[str, int]:
        raise OSError(24, "Too many open files")

    async def scenario() -> tuple[list[bytes], list[str]]:
        told: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context["message"]))
        snapshot = Snapshot(1, NOW, "stack", ())
        events = Events(lambda: snapshot, Changes(), RingBuffer(), Usage(leaders))
        async with (
            asyncio.timeout(60),
            contextlib.aclosing(events.stream(Wanted(usage=True))) as stream,
        ):
            return [chunk async for chunk in stream], told

    chunks, told = asyncio.run(scenario())
    assert len(chunks) <= 1  # the status, perhaps
    assert told == ["what an event stream tells of failed"]


def test_a_client_that_leaves_while_it_is_written_to_closes_its_stream() -> None:
    closed = []

    async def endless() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b"x" * 65536
        finally:
            closed.append("closed")

    async def answer(_: Request) -> Response:
        return Response(200, "text/plain", stream=endless())

    async def scenario() -> list[str]:
        server, client = socket.socketpair()
        server.setblocking(False)
        serving = asyncio.create_task(serve(server, answer, None))
        client.sendall(REQUEST)
        await asyncio.to_thread(client.recv, 1000)
        client.close()
        await serving
        return list(closed)

    assert asyncio.run(scenario()) == ["closed"]
