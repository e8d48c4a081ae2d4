"""One PTY that the log reads, and what is known of the line that its process has begun."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .cleared_screen import ClearedScreen
from .line_splitter import LineSplitter

if TYPE_CHECKING:
    from .channel import Channel

BURST_BYTES = 2048
"""As much as the kernel takes at once: who writes more may be stopped within a line."""
BURST_PAUSE_SECONDS = 2.0
REDRAWN_PAUSE_SECONDS = 2.0
"""After which a spinner that cannot be erased again is shown as it stands: it has stopped."""


class Stream:
    """One PTY that is being read."""

    def __init__(self, channel: Channel, master: int) -> None:
        self.channel = channel
        self.master = master
        self.screen = ClearedScreen()
        self.splitter = LineSplitter()
        self.ended = False
        self.due: float | None = None
        """When its incomplete line is to be shown, on the monotonic clock."""
        self.shown = b""
        """What of its incomplete line was shown already."""
        self.burst = 0
        """How many bytes it has written without pausing for `BURST_PAUSE_SECONDS`."""
        self.heard = 0.0
        """When it wrote last, on the monotonic clock."""

    def hear(self, data: bytes) -> None:
        """Count what was written."""
        before, self.heard = self.heard, time.monotonic()
        self.burst = len(data) + (self.burst if self.heard - before < BURST_PAUSE_SECONDS else 0)

    @property
    def is_waiting(self) -> bool:
        """Whether its incomplete line is one that it stopped at: a question, say.

        Who pours out lines has not ended one early: it was interrupted. A line that is drawn over
        and over is a spinner, unless nothing has come for a while.
        """
        if self.splitter.is_redrawn:
            return time.monotonic() - self.heard >= REDRAWN_PAUSE_SECONDS
        return self.burst < BURST_BYTES
