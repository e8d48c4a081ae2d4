"""The environment that a process was started with, by which its service is told."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import NamedTuple, Protocol

EXEC_SECONDS = 0.25  # longest wait for another program to begin; one that has its turn has begun
_PAUSE = 0.001
_SIZE, _BEGIN, _END = 20, 47, 48  # fields 23, 50 and 51 of proc_pid_stat(5), from the state on
_LINUX = sys.platform.startswith("linux")


class Process(Protocol):
    """As much of `psutil.Process` as is asked here."""

    @property
    def pid(self) -> int: ...  # noqa: D102

    def environ(self) -> Mapping[str, str]: ...  # noqa: D102


class OnLinux(NamedTuple):
    """A process whose variables are read without loading `psutil`, as latin-1."""

    pid: int

    def environ(self) -> Mapping[str, str]:
        """Return them; {} if they may not be read or it has ended."""
        try:
            with open(f"/proc/{self.pid}/environ", "rb") as file:  # noqa: PTH123 - the kernel's
                pairs = (entry.partition(b"=") for entry in file.read().split(b"\0") if entry)
                return {name.decode("latin-1"): value.decode("latin-1") for name, _, value in pairs}
        except OSError:
            return {}


def of(process: Process) -> Mapping[str, str]:
    """Return its variables; raises what its `environ` raises.

    In the middle of execve(2) a process has a new memory without an environment in it: who looks
    then would take it for nobody's, so that moment is waited for.
    """
    end = time.monotonic() + EXEC_SECONDS
    while not (found := process.environ()) and _may_have_some(process.pid):
        if time.monotonic() > end:
            break
        time.sleep(_PAUSE)
    return found


def _may_have_some(pid: int) -> bool:
    """Whether it has a memory, unlike threads of the kernel, and variables may still get there."""
    if not _LINUX:
        return False
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - a file of the kernel's
            state, *fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return False
    size, begin, end = (int(fields[place - 1]) for place in (_SIZE, _BEGIN, _END))
    # execve(2) makes their place empty first, and fills it then: it has its turn, or waits for one.
    return size != 0 and (begin != end or begin == 0 or state in {b"R", b"D"})
