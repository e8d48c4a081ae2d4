"""Keeps the processors busy, as other programs do on a machine that somebody works at."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

BUSY = "while True: pass"


@contextlib.contextmanager
def load(processes: int) -> Iterator[None]:
    """Run so many processes that never rest, for as long as the block lasts."""
    with contextlib.ExitStack() as running:
        for _ in range(processes):
            process = subprocess.Popen([sys.executable, "-c", BUSY])
            running.callback(process.wait)
            running.callback(process.kill)
        yield
