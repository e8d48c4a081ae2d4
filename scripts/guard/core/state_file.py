"""Reads a small file that a guard keeps, whatever may have been put in its place."""

from __future__ import annotations

import os
from pathlib import Path

MOST_BYTES = 4_000_000  # more than any of them has


def read(path: Path) -> bytes:
    """Return what is in it, `MOST_BYTES` at the most; nothing of a pipe that nobody writes to.

    Raises:
        OSError: when there is none, or a pipe whose writer says nothing: it is not waited for.

    """
    with open(path, "rb", opener=without_waiting) as file:
        found: bytes | None = file.read(MOST_BYTES)
    if found is None:
        raise BlockingIOError(0, "a pipe whose writer says nothing", str(path))
    return found


def without_waiting(path: str, flags: int) -> int:
    """Open a file, for `open(..., opener=...)`: a pipe is not waited for."""
    return os.open(path, flags | os.O_NONBLOCK)
