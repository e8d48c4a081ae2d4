"""Whether a service answers: an HTTP probe until it does, then the length of its accept queue.

A READY service is not probed: connections that wait while none is taken say all there is to say,
without a line in anybody's log. Only where the system does not tell the queue's length is it asked.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

QUEUE_INTERVAL = 1.0  # seconds between two looks at the accept queue
MAX_INTERVAL = 2.0  # seconds; nobody looked in between when there were more
# A debugger that waits for its user: pdb, ipdb, node inspect, byebug, irb, delve.
_PROMPT = re.compile(
    r"(?:\((?:Pdb(?:\+\+)?|ipdb|byebug|rdbg|dlv)\)|ipdb>|debug>"
    r"|irb\([\w.:#<>]{0,60}\)[:\d]{0,20}[>*]) ?$"
)
_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")


def is_prompt(line: str) -> bool:
    """Whether a line that was begun is the prompt of a debugger."""
    return _PROMPT.search(_COLOURS.sub("", line)) is not None


class Watch(Protocol):
    """Tells for how long a server has taken no connections; look once in `QUEUE_INTERVAL`."""

    def look(self) -> float:
        """Return for how many seconds connections have waited with none taken."""

    def reset(self) -> None:
        """Start again: there is a reason why it accepts none."""

    def close(self) -> None:
        """Look no more."""


class _StallTimer:
    """For how long nothing has moved.

    Time counts only while it is looked at: when the last look is too long ago, the computer slept
    or the guard was stopped, and the server is given its time from the beginning.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._looked = clock()
        self._seconds = 0.0

    def note(self, *, moves: bool) -> float:
        now = self._clock()
        passed, self._looked = now - self._looked, now
        self._seconds = 0.0 if moves or passed > MAX_INTERVAL else self._seconds + passed
        return self._seconds

    def reset(self) -> None:
        self._seconds = 0.0


class AcceptQueueWatch:
    """Notices by its queue that a server takes no connections while some wait."""

    def __init__(
        self,
        length: Callable[[], int | None],
        peers: Callable[[], frozenset[bytes]] = frozenset,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`length` tells how many connections wait, `peers` whose; None and none if not known."""
        self._length = length
        self._peers = peers
        self._seen: frozenset[bytes] = frozenset()
        self._timer = _StallTimer(clock)

    def look(self) -> float:
        """Return for how many seconds connections have waited with none taken."""
        if not self._length():
            self._seen = frozenset()
            return self._timer.note(moves=True)
        # A busy server's queue is never empty either, but those who wait in it change.
        before, self._seen = self._seen, self._peers()
        return self._timer.note(moves=not before <= self._seen)

    def reset(self) -> None:
        """Start again: there is a reason why it accepts none."""
        self._timer.reset()

    def close(self) -> None:
        """There is nothing to end."""


class HttpWatch:
    """Notices the same by asking, one request at a time, where the queue cannot be read."""

    def __init__(
        self, ask: Callable[[], Awaitable[bool]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`ask` sends a request and tells whether an answer came."""
        self._ask = ask
        self._asking: asyncio.Future[bool] | None = None
        self._timer = _StallTimer(clock)

    def look(self) -> float:
        """Return for how many seconds no request has been answered."""
        asked = self._asking
        if asked is None or asked.done():
            self._asking = asyncio.ensure_future(self._ask())
        return self._timer.note(moves=asked is None or (asked.done() and asked.result()))

    def reset(self) -> None:
        """Start again: there is a reason why it answers none."""
        self._timer.reset()

    def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
