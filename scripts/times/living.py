"""What the processes that this one has started, and that still run, have used of a processor."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
TIMES = slice(11, 15)
"""In what `/proc/PID/stat` tells after the name: its own time, and that of what it waited for."""


def seconds() -> float:
    """Of all of them, with what they have waited for; 0 where the system does not tell."""
    return sum(map(_used, _below(os.getpid())))


def _below(pid: int) -> Iterator[int]:
    for file in Path(f"/proc/{pid}").glob("task/*/children"):
        children: list[str] = []
        with suppress(OSError):  # the thread has ended
            children = file.read_text(encoding="ascii").split()
        for child in map(int, children):
            yield child
            yield from _below(child)


def _used(pid: int) -> float:
    with suppress(OSError):  # it has just ended
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return sum(map(int, told.rpartition(")")[2].split()[TIMES])) / TICKS
    return 0.0
