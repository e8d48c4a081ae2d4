from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from events.hub import BACKLOG, PING, EventHub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


async def empty() -> str:
    return '{"items": []}'


def parsed(part: bytes) -> list[tuple[str, Any]]:
    events = [event.split("\n") for event in part.decode().strip().split("\n\n")]
    return [(name.partition(": ")[2], json.loads(data.partition(": ")[2])) for name, data in events]


async def next_events(stream: AsyncIterator[bytes]) -> list[tuple[str, Any]]:
    return parsed(await asyncio.wait_for(anext(stream), 5))


def test_a_stream_begins_with_a_snapshot() -> None:
    async def scene() -> None:
        hub = EventHub()
        assert await next_events(hub.listen(empty)) == [("snapshot", {"items": []})]
        hub.close()

    asyncio.run(scene())


def test_many_changes_of_an_item_within_the_interval_are_told_once_with_the_last() -> None:
    async def scene() -> None:
        hub = EventHub(interval=0.2)
        stream = hub.listen(empty)
        await next_events(stream)
        hub.publish("a", "download", "0")
        assert await next_events(stream) == [("download", 0)]
        for number in range(1, 100):
            hub.publish("a", "download", str(number))
            hub.publish("b", "download", str(-number))
        assert await next_events(stream) == [("download", 99), ("download", -99)]
        hub.close()

    asyncio.run(scene())


def test_a_listener_that_cannot_keep_up_gets_a_snapshot_instead_of_the_backlog() -> None:
    async def scene() -> None:
        hub = EventHub(interval=0.0)
        slow, quick = hub.listen(empty), hub.listen(empty)
        await next_events(slow)
        await next_events(quick)
        for number in range(BACKLOG + 20):
            hub.publish("a", "download", str(number))
            while await next_events(quick) != [("download", number)]:
                pass  # it is a sign of life, else two changes would be told as one
        assert await next_events(slow) == [("download", 0)]
        assert await next_events(slow) == [("snapshot", {"items": []})]
        hub.close()

    asyncio.run(scene())


def test_who_may_have_missed_something_gets_a_snapshot() -> None:
    async def scene() -> None:
        hub = EventHub(interval=0.0)
        stream = hub.listen(empty)
        await next_events(stream)
        await asyncio.to_thread(hub.resync)
        assert await asyncio.wait_for(anext(stream), 5) == PING
        assert await next_events(stream) == [("snapshot", {"items": []})]
        hub.close()

    asyncio.run(scene())


def test_closing_ends_every_stream_old_and_new() -> None:
    async def scene() -> None:
        hub = EventHub()
        stream = hub.listen(empty)
        await next_events(stream)
        hub.close()
        assert [part async for part in stream] == []
        assert [part async for part in hub.listen(empty)] == []

    asyncio.run(scene())
