"""Ends a process whose scheduler hangs, so that others can take over its downloads.

What hangs keeps its lease, and its downloads would hang with it. Time is counted in looks, not by a
clock: a process that was stopped, or a computer that slept, has missed one look, not a minute.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LOOK_SECONDS = 5.0
MAX_MISSED = 12
"""Looks without a turn of the loop; everything that it waits for has a shorter limit of its own."""
EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h

log = logging.getLogger("uvicorn.error")


def end_process() -> None:
    """Say where every thread hangs, and end; runners follow, as their socket ends."""
    faulthandler.dump_traceback(all_threads=True)
    os._exit(EXIT_CODE)


@dataclass(slots=True)
class Watchdog:
    """Looks whether `beat` is still called."""

    seconds: float = LOOK_SECONDS
    end: Callable[[], object] = end_process
    _beats: int = field(default=0, init=False)

    def beat(self) -> None:
        """The loop has made another turn."""
        self._beats += 1

    def start(self) -> None:
        """Begin to look, in a thread."""
        threading.Thread(target=self._look, name="watchdog", daemon=True).start()

    def _look(self) -> None:
        missed, seen = 0, self._beats
        while missed < MAX_MISSED:
            time.sleep(self.seconds)
            missed = missed + 1 if self._beats == seen else 0
            seen = self._beats
        log.critical(
            "The queue has not been served for %.0f s: this process hangs and ends, so that its "
            "downloads go on elsewhere.",
            self.seconds * MAX_MISSED,
        )
        self.end()
