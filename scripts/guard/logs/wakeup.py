"""Wakes a thread that waits in `select`: the self-pipe trick."""

from __future__ import annotations

import contextlib
import os


class Wakeup:
    """A pipe to be selected on for reading; `wake` may be called from any thread."""

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._write_end, False)
        os.set_blocking(self._read_end, False)

    def fileno(self) -> int:
        """Return the descriptor that becomes readable."""
        return self._read_end

    def wake(self) -> None:
        """Make it readable. A full pipe is so already; one without a reader has none to wake."""
        with contextlib.suppress(OSError):
            os.write(self._write_end, b"!")

    def take(self) -> None:
        """Let it not be readable any more."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._read_end, 4096)

    def close(self) -> None:
        """End the reading; whoever still wakes it does nothing."""
        os.close(self._read_end)
