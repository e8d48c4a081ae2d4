"""What a program and all that it started have used of a processor."""

from __future__ import annotations

import contextlib
import time

import psutil

from tests.backend.api_process import wait_for

REST_SECONDS = 10.0
LOOK_SECONDS = 1.0


def seconds(pid: int) -> float:
    """Seconds of a processor, those of processes that have ended meanwhile included."""
    main, total = psutil.Process(pid), 0.0
    for process in (main, *main.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            used = process.cpu_times()
            total += used.user + used.system + used.children_user + used.children_system
    return total


def at_rest(pid: int, rest_seconds: float = REST_SECONDS) -> float:
    """Percent of one processor, once less than a whole one is used; looks for so long."""
    wait_for(lambda: _share(pid, LOOK_SECONDS) < 1.0, "the start is over", seconds=120)
    return 100 * _share(pid, rest_seconds)


def _share(pid: int, for_seconds: float) -> float:
    before, begun = seconds(pid), time.monotonic()
    time.sleep(for_seconds)  # what is measured is a time in which nothing happens
    return (seconds(pid) - before) / (time.monotonic() - begun)
