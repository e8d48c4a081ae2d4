"""The merged log for those who follow it live, without ever holding up whoever writes it.

The last blocks of lines are kept, numbered by line. A reader has no queue: it says which number it
has reached and is given what came after. One that is too slow finds that the oldest lines are gone
and is told how many; it costs the writer nothing.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

IDLE_BYTES = 512 * 1024  # kept while nobody follows
FOLLOWED_BYTES = 8 * 1024 * 1024  # kept while somebody does: enough to ride out a flood
_BLOCK_OVERHEAD = 256  # bytes that a block costs beside its lines


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of one service that were read together."""

    number: int
    """Of its first line."""
    count: int
    time: datetime
    name: str
    lines: bytes
    """With their colours; each ends in LF."""

    @property
    def size(self) -> int:
        """What it costs to keep, in bytes."""
        return len(self.lines) + _BLOCK_OVERHEAD


class RingBuffer:
    """What was logged lately. `take` is called by the log's pump; the rest from any thread."""

    def __init__(self) -> None:
        # Later than every number of an earlier guard, whose readers may ask this one to go on.
        self.first = time.time_ns() // 1_000_000
        self.next = self.first
        """The number that the next line will have."""
        self._blocks: deque[Block] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._followers: list[Callable[[], None]] = []

    def take(self, name: str, lines: bytes, moment: datetime) -> None:
        """Keep whole lines and tell those who follow that there is something new."""
        with self._lock:
            block = Block(self.next, lines.count(b"\n"), moment, name, lines)
            self.next += block.count
            self._blocks.append(block)
            self._bytes += block.size
            limit = FOLLOWED_BYTES if self._followers else IDLE_BYTES
            while self._bytes > limit and len(self._blocks) > 1:
                self._bytes -= self._blocks.popleft().size
            followers = tuple(self._followers)
        for notify in followers:
            notify()

    def after(self, number: int, most: int | None = None) -> tuple[list[Block], int]:
        """Return the blocks from line `number` on, and how many lines before them are lost.

        A number that is not of this feed means its beginning, with nothing lost. Once there are
        `most` bytes of them, the others are left for another time.
        """
        found: deque[Block] = deque()
        with self._lock:
            own = self.first <= number <= self.next
            for block in reversed(self._blocks):
                if own and block.number < number:
                    break
                found.appendleft(block)
            reached = found[0].number if found else self.next
        lost = reached - number if own else 0
        return list(found if most is None else _first(found, most)), lost

    def follow(self, notify: Callable[[], None]) -> Callable[[], None]:
        """Have `notify` called, by the pump, for whatever is new; answers how to stop."""
        with self._lock:
            self._followers.append(notify)

        def stop() -> None:
            with self._lock:
                self._followers.remove(notify)

        return stop


def _first(blocks: Iterable[Block], most: int) -> Iterator[Block]:
    size = 0
    for block in blocks:
        yield block
        size += block.size
        if size >= most:
            return
