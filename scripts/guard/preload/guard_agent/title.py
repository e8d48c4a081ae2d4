"""What `ps` and `pgrep` show of a process: its command line and its short name, on Linux."""

from __future__ import annotations

import os
import sys

# Of /proc/PID/stat (proc_pid_stat(5)), counted from the field after the name: where in memory the
# command line stands.
_BEGIN, _END = 45, 46
NAME_BYTES = 15  # TASK_COMM_LEN of Linux, without the zero


def show(name: str, words: list[str]) -> None:
    """Show this name and command line; elsewhere than on Linux nothing is done.

    It is written over our own, which cannot grow: what does not fit is cut off.
    """
    line = b"".join(os.fsencode(word) + b"\0" for word in words)
    try:
        with open("/proc/self/comm", "wb") as comm:
            comm.write(os.fsencode(name)[:NAME_BYTES])
        with open("/proc/self/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
        begin, end = int(fields[_BEGIN]), int(fields[_END])
        with open("/proc/self/mem", "r+b", buffering=0) as memory:
            memory.seek(begin)
            memory.write(line[: end - begin - 1].ljust(end - begin, b"\0"))
    except (OSError, IndexError, ValueError):
        return


def room_for(words: list[str], taken: list[str]) -> str:
    """Return an argument after those `taken` with which a command line has room for `words`."""
    missing = _size(words) - _size(taken) - 1
    return " " * max(0, missing)


def _size(words: list[str]) -> int:
    return sum(
        len(word.encode(sys.getfilesystemencoding(), "surrogateescape")) + 1 for word in words
    )
