"""What an earlier guard left running, and how the next one finds and removes it.

`lease.json` names every process that was started, by pid and start time; what of it survives a
guard that was killed is recognised by the next one and removed. A process that is not in the lease
is never touched.

`json` is imported where it is used: a first start needs it only after the processes run.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..core import environment, state_file
from ..core.run_tag import RunTag

if TYPE_CHECKING:
    import psutil
from .files import write_file

PID_LIMIT = 2**31 - 1  # no number beyond it is a process'
START_TOLERANCE = 2.0  # seconds between the clock at a start and the kernel's record of it


class RecordedProcess(NamedTuple):
    """A process that a guard started; `started` is its start time in seconds of the epoch."""

    name: str
    pid: int
    started: float
    run: str
    """The mark of the guard that started it, which all that descends from it inherits."""


def new_run() -> str:
    """Return a mark for what this guard starts."""
    return os.urandom(8).hex()


def record_processes(directory: Path, recorded: Iterable[RecordedProcess]) -> None:
    """Record what runs, before anything can go wrong with it."""
    import json

    write_file(directory / "lease.json", json.dumps([entry._asdict() for entry in recorded]))


def remove_orphans(directory: Path) -> list[RecordedProcess]:
    """Kill what an earlier guard started and left; return the services of which something ran."""
    entries = _read_record(directory / "lease.json")
    removed = {entry: members for entry in entries if (members := _remove(entry))}
    with contextlib.suppress(OSError):
        (directory / "lease.json").unlink()
    return list(removed)


def _read_record(path: Path) -> list[RecordedProcess]:
    try:
        text = state_file.read(path).decode()
        import json

        entries = json.loads(text)
        return [
            RecordedProcess(
                str(entry["name"]), int(entry["pid"]), float(entry["started"]), str(entry["run"])
            )
            for entry in entries
            if 1 < int(entry["pid"]) <= PID_LIMIT
        ]
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return []  # none, or not one of ours: nothing may be killed on its word


def _remove(entry: RecordedProcess) -> int:
    """Kill all that is left of a service, and await its end; return how many processes it was."""
    import psutil

    own = os.getsid(0)
    left = [
        process
        for process in psutil.process_iter()
        if _session(process.pid) != own and _descends(process, entry)
    ]
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, timeout=2)
    return len(left)


def _descends(process: psutil.Process, entry: RecordedProcess) -> bool:
    """Whether it is in the leader's session or carries the mark.

    A session whose leader has ended proves nothing: its number may have been another's before.
    """
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        if _session(process.pid) == entry.pid:
            leader = psutil.Process(entry.pid)
            if abs(leader.create_time() - entry.started) <= START_TOLERANCE:
                return True
    with contextlib.suppress(psutil.Error, OSError):
        return RunTag(entry.run, entry.name).is_in(environment.of(process))
    return False


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None
