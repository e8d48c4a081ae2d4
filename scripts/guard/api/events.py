"""The event stream: the status, and for those who ask the merged log and what each service uses.

One stream for all of it, since a browser keeps few connections to a server and every open page
needs one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable
from itertools import groupby
from typing import NamedTuple

from ..core.apart import soon
from ..core.broadcast import Changes
from ..core.lasting import tell
from ..core.snapshot import Snapshot, timestamp
from ..logs.ring_buffer import Block, RingBuffer
from ..processes.resource_usage import INTERVAL, Usage

PING_SECONDS = 15.0  # between two comments on a quiet event stream
BUNDLE_SECONDS = 0.1  # log lines are gathered for so long: nobody reads faster
_OVER = b""  # in place of an event, where no more come
EVENT_BYTES = 64 * 1024  # of log lines in one event, and one block more


class Wanted(NamedTuple):
    """What a watcher asks for beside the status."""

    logs: frozenset[str] = frozenset()
    """Names of services, or `*` for all."""
    after: int = 0
    """The number of the first line that it has not seen."""
    usage: bool = False

    def line_of(self, name: str) -> bool:
        """Whether it wants the lines of that service."""
        return "*" in self.logs or name in self.logs


class Events:
    """Makes event streams, each for one watcher."""

    def __init__(
        self, snapshot: Callable[[], Snapshot], changes: Changes, feed: RingBuffer, usage: Usage
    ) -> None:
        self._snapshot = snapshot
        self._changes = changes
        self._feed = feed
        self._usage = usage

    def stream(self, wanted: Wanted) -> AsyncGenerator[bytes, None]:
        """Return the events for a watcher, without end, in the form of an event stream.

        Who has read enough closes it: what works for it would else be found by the garbage
        collector, in the middle of its work.
        """
        sources = [self._statuses()]
        if wanted.logs:
            sources.append(self._lines(wanted))
        if wanted.usage:
            sources.append(self._uses())
        return _merged(sources)

    async def _statuses(self) -> AsyncGenerator[bytes, None]:
        shown = None
        while True:
            status = self._snapshot().as_json()
            if status != shown:
                shown = status
                yield _event("status", status)
            else:
                await self._changes.next()

    async def _lines(self, wanted: Wanted) -> AsyncGenerator[bytes, None]:
        """`event: lines`, data `[{"service", "time", "text"}]`; `event: skipped`, data a number."""
        new = asyncio.Event()
        loop = asyncio.get_running_loop()

        def notify() -> None:
            if not new.is_set():
                soon(loop, new.set)

        stop = self._feed.follow(notify)
        reached = wanted.after
        try:
            while True:
                new.clear()
                # No more than is sent next: who does not read keeps nothing that the feed lets go.
                blocks, lost = self._feed.after(reached, EVENT_BYTES)
                if lost:
                    yield _event("skipped", lost)
                reached = blocks[-1].number + blocks[-1].count if blocks else reached
                is_full = sum(block.size for block in blocks) >= EVENT_BYTES
                bundle = [block for block in blocks if wanted.line_of(block.name)]
                del blocks
                if bundle:
                    yield _event("lines", _texts(bundle), bundle[-1].number + bundle[-1].count)
                if is_full:  # there may be more
                    await asyncio.sleep(0)
                    continue
                await new.wait()
                await asyncio.sleep(BUNDLE_SECONDS)
        finally:
            stop()

    async def _uses(self) -> AsyncGenerator[bytes, None]:
        """`event: usage`, data by service, `guard` among them."""
        while True:
            uses = await self._usage.latest()
            yield _event("usage", {name: use.as_json() for name, use in uses.items()})
            await asyncio.sleep(INTERVAL)


def _event(name: str, data: object, number: int | None = None) -> bytes:
    head = f"event: {name}\n" + ("" if number is None else f"id: {number}\n")
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def _texts(blocks: list[Block]) -> list[dict[str, str]]:
    """Return the lines in the order in which they came, those of one moment and service as one."""
    return [
        {
            "service": name,
            "time": time,
            "text": b"".join(block.lines for block in same)[:-1].decode("utf-8", "replace"),
        }
        for (name, time), same in groupby(blocks, lambda block: (block.name, timestamp(block.time)))
    ]


async def _merged(sources: list[AsyncGenerator[bytes, None]]) -> AsyncGenerator[bytes, None]:
    """Hand on whatever comes next from any of them; in between, a sign of life.

    It ends where one of them fails: whoever watches asks again, and would else never hear of it.
    """
    # One place: a source goes on when the watcher has taken what it gave.
    queue: asyncio.Queue[bytes] = asyncio.Queue(maxsize=1)

    async def hand_on(source: AsyncGenerator[bytes, None]) -> None:
        try:
            async with contextlib.aclosing(source):
                async for chunk in source:
                    await queue.put(chunk)
        except Exception as error:  # noqa: BLE001 - told, and the end of the stream
            tell("what an event stream tells of", error)
        await queue.put(_OVER)

    tasks = [asyncio.create_task(hand_on(source)) for source in sources]
    try:
        while True:
            try:
                async with asyncio.timeout(PING_SECONDS):
                    chunk = await queue.get()
            except TimeoutError:
                chunk = b": still here\n\n"
            if chunk is _OVER:
                return
            yield chunk
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
