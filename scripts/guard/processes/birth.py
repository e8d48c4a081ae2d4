"""When a process was started, on a clock that nobody puts back."""

from __future__ import annotations

import os
import sys
import time

COARSE_SECONDS = 0.02  # by which a process may seem to have been started too early
_LINUX = sys.platform.startswith("linux")


def now() -> float:
    """Return the time on that clock, in seconds."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if _LINUX else time.time()


def of(pid: int) -> float:
    """Return when a process was started; 0 if it has ended."""
    if not _LINUX:
        import psutil

        try:
            return float(psutil.Process(pid).create_time())
        except psutil.Error:
            return 0.0
    try:  # psutil adds the time of the boot, which the kernel tells in whole seconds
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - a file of the kernel's
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")
