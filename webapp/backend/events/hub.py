"""Live progress to event streams: every listener gets each item at most four times a second.

A frame is built once for all listeners. A listener that cannot keep up loses its backlog and gets a
snapshot instead: nothing waits for it, and it misses no final state.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

INTERVAL = 0.25
PING_SECONDS = 2.0
BACKLOG = 64
PING = b"event: ping\ndata: {}\n\n"  # no comment: the page hears it


def frame(event: str, data: str) -> bytes:
    """One event of a text/event-stream; `data` is JSON in one line."""
    return f"event: {event}\ndata: {data}\n\n".encode()


@dataclass(eq=False, slots=True)
class _Listener:
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(BACKLOG))
    lagging: bool = False

    def push(self, part: bytes) -> None:
        if self.queue.full():
            self.lagging = True
        else:
            self.queue.put_nowait(part)

    def clear(self) -> None:
        self.lagging = False
        while not self.queue.empty():
            self.queue.get_nowait()


class EventHub:
    """Spreads events; lives in the event loop, except `publish`, which any thread may call."""

    def __init__(self, *, interval: float = INTERVAL) -> None:
        self._loop = asyncio.get_running_loop()
        self._interval = interval
        self._pending: dict[str, tuple[str, str]] = {}
        self._lock = threading.Lock()
        self._listeners: set[_Listener] = set()
        self._flushed = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._ping_timer = self._loop.call_later(PING_SECONDS, self._ping)

    def publish(self, item: str, event: str, data: str) -> None:
        """Tell every listener about `item`; only its latest event is kept."""
        with self._lock:
            first = not self._pending
            self._pending[item] = event, data
        if first:  # the loop is woken once for all that comes until it spreads them
            with contextlib.suppress(RuntimeError):  # it has ended: nobody listens
                self._loop.call_soon_threadsafe(self._schedule)

    def resync(self) -> None:
        """Give every listener a snapshot: something may have been missed. For any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody listens
            self._loop.call_soon_threadsafe(self._resync)

    async def listen(self, snapshot: Callable[[], Awaitable[str]]) -> AsyncIterator[bytes]:
        """Yield a snapshot, then every frame, until the hub closes."""
        listener = _Listener()
        self._listeners.add(listener)
        try:
            if not self._closed:
                yield frame("snapshot", await snapshot())
            while not self._closed and (part := await listener.queue.get()) is not None:
                yield part
                if listener.lagging:
                    listener.clear()
                    yield frame("snapshot", await snapshot())
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        self._ping_timer.cancel()
        if self._timer:
            self._timer.cancel()
        for listener in self._listeners:
            listener.clear()
            listener.queue.put_nowait(None)

    def _schedule(self) -> None:
        if self._timer is None and not self._closed:
            due = max(self._loop.time(), self._flushed + self._interval)
            self._timer = self._loop.call_at(due, self._flush)

    def _flush(self) -> None:
        self._timer, self._flushed = None, self._loop.time()
        with self._lock:
            news, self._pending = self._pending, {}
        self._broadcast(b"".join(frame(event, data) for event, data in news.values()))

    def _resync(self) -> None:
        for listener in self._listeners:
            listener.lagging = True
        self._broadcast(PING)  # wakes those who wait

    def _ping(self) -> None:
        self._broadcast(PING)
        self._ping_timer = self._loop.call_later(PING_SECONDS, self._ping)

    def _broadcast(self, part: bytes) -> None:
        for listener in self._listeners:
            listener.push(part)
