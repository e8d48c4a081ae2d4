"""An event stream that ends has ended: nothing works for it any more."""

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from scripts.guard.api.events import EVENT_BYTES, Events, Wanted
from scripts.guard.core.broadcast import Changes
from scripts.guard.core.snapshot import Snapshot
from scripts.guard.http.connection import serve
from scripts.guard.http.messages import Request, Response
from scripts.guard.logs.ring_buffer import FOLLOWED_BYTES, Block, RingBuffer
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


def fill(feed: RingBuffer) -> None:
    """Have it let go of all that it held."""
    for _ in range(FOLLOWED_BYTES // EVENT_BYTES + 1):
        feed.take("web", b"x" * EVENT_BYTES + b"\n", NOW)


def test_who_does_not_read_holds_nothing_that_the_feed_has_let_go() -> None:
    """Else each stream that stands still would keep a whole feed of its own."""

    async def scenario() -> tuple[int, int]:
        feed = RingBuffer()
        events = Events(lambda: Snapshot(1, NOW, "stack", ()), Changes(), feed, Usage(dict))
        async with contextlib.aclosing(events.stream(Wanted(logs=frozenset("*")))) as stream:
            await anext(stream)  # the status
            for _ in range(2):  # first what it has seen, then what is in its place
                fill(feed)
                async with asyncio.timeout(60):
                    while b"event: lines" not in await anext(stream):
                        """Wait for the first."""
            fill(feed)
            kept = {block.number for block in feed.after(0)[0]}
            held = [one for one in gc.get_objects() if isinstance(one, Block)]
            return sum(one.number not in kept for one in held), len(kept)

    let_go, kept = asyncio.run(scenario())
    assert let_go <= 3
    assert kept > 100


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
