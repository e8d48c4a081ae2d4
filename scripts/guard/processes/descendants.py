"""Finds a service's descendants, even after they changed process group, session or parent.

A process leaves its group by `setpgid`, its session by `setsid`, its parent when that exits. On
Linux the guard is the subreaper of all that it starts: who loses its parent becomes a child of the
guard. Which service it belongs to is known by its session or, if it left that too, by the run tag
that it inherited in its environment. Elsewhere every process is searched for these two.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..core import environment
from ..core.run_tag import SPARED, RunTag

REMOVAL_SECONDS = 0.5  # longest wait for killed processes to disappear
_PAUSE = 0.001
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of linux/prctl.h
_PROC = Path("/proc")
_LINUX = sys.platform.startswith("linux")


class ProcessInfo(NamedTuple):
    """A process that descends from a service's."""

    pid: int
    parent: int
    command: str


class _Stat(NamedTuple):
    state: str
    """One letter, such as Z for a zombie."""
    parent: int
    group: int
    session: int
    started: int
    """Clock ticks since the computer was booted."""


def become_subreaper() -> None:
    """Become the parent of every descendant that loses its own (prctl(2)), on Linux."""
    if _LINUX:
        import ctypes

        _own_start()  # asked now, so that the first crash does not wait for it
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def leftovers(leader: int, tag: RunTag | None = None) -> list[ProcessInfo]:
    """Return what is left of a service whose leader has ended; the leader is not among it."""
    return [
        ProcessInfo(pid, _parent(pid), _command(pid))
        for root in _left_by(leader, tag)
        for pid in _walk(root)
    ]


def kill_left(leader: int, tag: RunTag | None = None) -> bool:
    """Kill what is left of a service whose leader has ended; whether nobody was left any more.

    To be called until that is so: whoever is killed takes a moment to go, and leaves its own
    children to us.
    """
    pids = list(_left_by(leader, tag))
    _send_kill(pids)
    for pid in pids:
        _is_over(pid)  # which collects the exits of ours
    return not pids


def kill_adopted(run: str) -> None:
    """Kill every descendant that fell to the guard, for when it leaves itself.

    Marked as a service's or not; but not what was opened for its user.
    """
    deadline = time.monotonic() + REMOVAL_SECONDS
    while pids := [pid for pid, _ in _adopted() if _environment(pid).get(SPARED) != run]:
        _kill(pids, deadline)
        if time.monotonic() > deadline:
            return


def members(leader: int, tag: RunTag | None = None) -> list[int]:
    """Return every process of a service that runs, the leader among them."""
    if not _LINUX:
        return [leader, *_search(leader, tag)]
    return [pid for root in (leader, *_left_by(leader, tag)) for pid in _walk(root)]


def that_run(pids: Iterable[int]) -> list[int]:
    """Return those of some processes that are no zombies: a parent may leave them for long."""
    if not _LINUX:
        return list(pids)
    return [pid for pid in pids if (stat := _stat(pid)) is not None and stat.state != "Z"]


def group_alive(leader: int) -> bool:
    """Whether others of a process group run although its leader has ended."""
    if not _LINUX:
        return any(_group(pid) == leader for pid in _search(leader, None))
    return any(stat.group == leader and stat.state != "Z" for _, stat in _orphans(leader))


def reap_orphans(leaders: frozenset[int]) -> None:
    """Collect the exits of adopted processes: nobody else does, and a zombie keeps its number."""
    for pid, _ in _adopted():
        if pid not in leaders:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def _left_by(leader: int, tag: RunTag | None) -> Iterator[int]:
    if not _LINUX:
        yield from _search(leader, tag)
        return
    for pid, stat in _orphans(leader):
        if stat.session == leader or (tag is not None and tag.is_in(_environment(pid))):
            yield pid


def _orphans(leader: int) -> Iterator[tuple[int, _Stat]]:
    return ((pid, stat) for pid, stat in _adopted() if pid != leader)


def _adopted() -> Iterator[tuple[int, _Stat]]:
    """Children of ours that left our session, which what the guard runs for itself never does."""
    if not _LINUX:
        return
    own = os.getsid(0)
    # Orphans fall to the main thread, and nobody else starts services (find_new_reaper() of Linux).
    for pid in _children_of(_PROC / str(os.getpid()) / "task" / str(os.getpid())):
        stat = _stat(pid)
        # What was there before the guard is not its own: it was started by `exec`, perhaps.
        if stat and stat.session != own and stat.started >= _own_start():
            yield pid, stat


@cache
def _own_start() -> int:
    stat = _stat(os.getpid())
    return 0 if stat is None else stat.started


def _search(leader: int, tag: RunTag | None) -> Iterator[int]:
    import psutil

    own = os.getsid(0)  # what the guard runs for itself stays in it, a forkserver too
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            session = os.getsid(process.pid)
            if process.pid == leader or session == own:
                continue
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            is_member = session == leader
            if is_member or (tag is not None and tag.is_in(environment.of(process))):
                yield process.pid


def _send_kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _kill(pids: list[int], deadline: float) -> None:
    _send_kill(pids)
    for pid in pids:
        while not _is_over(pid) and time.monotonic() < deadline:
            time.sleep(_PAUSE)


def _is_over(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:  # not a child of ours: somebody else collects it
        import psutil

        return not psutil.pid_exists(pid)


def _walk(pid: int) -> Iterator[int]:
    yield pid
    for child in _children(pid):
        yield from _walk(child)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in (_PROC / str(pid) / "task").iterdir():
            found += _children_of(thread)
    return found


def _children_of(thread: Path) -> list[int]:
    with contextlib.suppress(OSError):
        return list(map(int, (thread / "children").read_text().split()))
    return []


def _stat(pid: int) -> _Stat | None:
    """Read ``/proc/PID/stat`` (proc_pid_stat(5)); the name in it may hold spaces and brackets."""
    try:
        text = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    parent, group, session = map(int, fields[1:4])
    return _Stat(fields[0], parent, group, session, started=int(fields[19]))


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def _parent(pid: int) -> int:
    stat = _stat(pid)
    return 0 if stat is None else stat.parent


def _environment(pid: int) -> Mapping[str, str]:
    return environment.of(environment.OnLinux(pid))


def _command(pid: int) -> str:
    """Return its command line; of one that has just ended the name alone, in brackets."""
    if _LINUX:
        with contextlib.suppress(OSError):
            words = (_PROC / str(pid) / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
            name = (_PROC / str(pid) / "comm").read_text("utf-8", "replace").rstrip("\n")
            return b" ".join(words).decode("utf-8", "replace") or f"[{name}]"
        return ""
    import psutil

    with contextlib.suppress(psutil.Error):
        return " ".join(psutil.Process(pid).cmdline())
    return ""
