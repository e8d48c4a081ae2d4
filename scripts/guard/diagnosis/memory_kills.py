"""Whether the kernel killed a certain process because the memory was used up.

That some process was killed for memory says nothing of this one. The kernel's log names the pid,
where it may be read and counts in our pids; else the control group of the process counts its own
kills, and one that was counted just before the process ended was this one's.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

WINDOW_SECONDS = 5.0
"""From the kill to the end of the process: the kernel takes its memory back first."""

_FIRST_PIDS = "pid:[4026531836]"
"""The namespace whose pids the kernel's log means (PROC_PID_INIT_INO in linux/proc_ns.h)."""
_RECORD_BYTES = 8192
_KILLED = re.compile(rb"[Oo]ut of memory(?: \(\w{1,40}\))?: Kill(?:ed)? process (\d+)")
_GROUP = re.compile(r"^\d+:([^:]*):(.*)$", re.MULTILINE)
_COUNTED = re.compile(rb"^oom_kill (\d+)$", re.MULTILINE)


class KernelLog:
    """The kernel's log from now on; a record has a line (Documentation/ABI/testing/dev-kmsg)."""

    def __init__(self, path: Path) -> None:
        self._log = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self._log, 0, os.SEEK_END)

    def killed(self) -> Iterator[int]:
        """Yield the pids that were killed for memory since the last call."""
        while True:
            try:
                record = os.read(self._log, _RECORD_BYTES)
            except BrokenPipeError:
                continue  # the oldest records were overwritten meanwhile: on with what there is
            except OSError:
                return  # nothing new
            if not record:
                return
            yield from (int(pid) for pid in _KILLED.findall(record))


class Groups:
    """The files in which control groups count the processes of theirs killed for memory."""

    def __init__(self, proc: Path = Path("/proc"), root: Path = Path("/sys/fs/cgroup")) -> None:
        self._proc = proc
        self._root = root

    def file(self, pid: int | str) -> Path | None:
        """Return the file of the group that a living process is in; None if there is none."""
        try:
            (self._proc / str(pid) / "exe").readlink()  # one that has ended is in the root, says v1
            text = (self._proc / str(pid) / "cgroup").read_text("utf-8", "replace")
        except OSError:
            return None
        found: dict[str, str] = dict(_GROUP.findall(text))
        places = (  # of version 2, of version 1
            (found.get(""), self._root, "memory.events.local"),
            (found.get("memory"), self._root / "memory", "memory.oom_control"),
        )
        for group, root, name in places:
            if group is not None:
                # A container may see its own group at the root, under the name that the host has.
                for file in (root / group.lstrip("/") / name, root / name):
                    if count(file) is not None:
                        return file
        return None


def count(file: Path) -> int | None:
    """Return how many processes of a control group were killed; None if it does not say."""
    with contextlib.suppress(OSError):
        found = _COUNTED.search(file.read_bytes())
        return int(found[1]) if found else None
    return None


class _Member(NamedTuple):
    """A process that runs: the file of its group, and how often it was looked at."""

    file: Path | None
    looks: int


class MemoryKills:
    """Follows what the kernel says of kills; `look` about once a second while processes run."""

    def __init__(
        self,
        log: KernelLog | None,
        groups: Groups,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._groups = groups
        self._clock = clock
        self._own = groups.file("self")
        self._members: dict[int, _Member] = {}
        self._counts: dict[Path, int] = {}
        self._counted: dict[Path, float] = {}
        self._named: dict[int, float] = {}
        self.look(())

    def look(self, pids: Iterable[int]) -> None:
        """Take note of all kills until now, and of the groups in which these processes are."""
        self._members = {pid: self._looked_at(pid) for pid in pids}
        self._note()

    def _looked_at(self, pid: int) -> _Member:
        """See in which group it is, ever less often: if it moves, it does so soon."""
        file, looks = self._members.get(pid, _Member(None, 0))
        is_due = not looks & (looks - 1)  # the 1st look, and those after 1, 2, 4, 8, 16 ... others
        return _Member((self._groups.file(pid) or file) if is_due else file, looks + 1)

    def has_killed(self, pid: int, *, itself: bool) -> bool:
        """Tell whether a process that has just ended was killed for memory.

        `itself` is false for a shell that tells of the end of its command: the log then names a pid
        that nobody knows any more.
        """
        self._note()
        earliest = self._clock() - WINDOW_SECONDS
        if itself and self._log:
            return self._named.pop(pid, earliest) > earliest
        file = self._members.get(pid, _Member(None, 0)).file or self._own
        return file is not None and self._counted.pop(file, earliest) > earliest

    def _note(self) -> None:
        now = self._clock()
        if self._log:
            self._named = {pid: at for pid, at in self._named.items() if at > now - WINDOW_SECONDS}
            self._named |= dict.fromkeys(self._log.killed(), now)
        files = {self._own, *(member.file for member in self._members.values())}
        for file in filter(None, files):
            kills = count(file)
            if kills is None:
                continue
            if kills > self._counts.setdefault(file, kills):
                self._counted[file] = now
            self._counts[file] = kills


def memory_kills() -> MemoryKills:
    """Return the kills of this machine, as far as this user may know of them."""
    log = None
    with contextlib.suppress(OSError):
        if str(Path("/proc/self/ns/pid").readlink()) == _FIRST_PIDS:
            log = KernelLog(Path("/dev/kmsg"))
    return MemoryKills(log, Groups())
