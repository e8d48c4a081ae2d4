"""One guard per folder, and what an earlier one left behind.

`lock` is held with flock for as long as the guard lives, and names it. `lease.json` names every
process that was started, by pid and start time; what of it survives a guard that was killed is
recognised by the next one and removed. A process that is not in the lease is never touched.

`json` is imported where it is used: a first start needs it only after the processes run.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from scripts.guard import GuardError
from scripts.guard.processes.family import Mark

if TYPE_CHECKING:
    import psutil

PID_LIMIT = 2**31 - 1  # no number beyond it is a process'
START_TOLERANCE = 2.0  # seconds between the clock at a start and the kernel's record of it


class Leased(NamedTuple):
    """A process that a guard started; `started` is its start time in seconds of the epoch."""

    name: str
    pid: int
    started: float
    run: str
    """The mark of the guard that started it, which all that descends from it inherits."""


def write_file(path: Path, text: str) -> None:
    """Replace a file of ours as a whole, mode 0600: a reader sees the old text or the new."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a descriptor
        stream.write(text)
    temporary.replace(path)


class Lock:
    """The right to be the one guard of a folder, for as long as this object is referred to."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "lock"
        self._descriptor = -1
        self._since = ""

    def acquire(self, port: int) -> None:
        """Take the lock, or raise `GuardError` that says who has it and what to type.

        `port` is the control API's, for commands that cannot read the settings.
        """
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise GuardError(
                f"{self._path} cannot be opened ({error.strerror})",
                f"rm -r {self._path}   # if that is not allowed: sudo chown -R $USER "
                f"{self._path.parent}",
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise self._refusal() from None
        self._descriptor = descriptor
        self._since = datetime.now(UTC).isoformat(timespec="seconds")
        self.note(port)

    def note(self, port: int) -> None:
        """Tell on which port the control API is from now on."""
        owner = f'{{"pid": {os.getpid()}, "since": "{self._since}", "port": {port}}}'
        with contextlib.suppress(OSError):  # a full disk: it is held all the same
            os.truncate(self._descriptor, 0)
            os.pwrite(self._descriptor, owner.encode(), 0)

    def release(self) -> None:
        """Give it up; the file stays, since removing it would race with the next guard."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _refusal(self) -> GuardError:
        owner = _read(self._path)
        pid, since = owner.get("pid", "unknown"), owner.get("since", "an unknown time")
        return GuardError(
            f"a guard runs in this folder already: pid {pid}, since {since}",
            "make status   # what it runs; `make restart` relaunches, `make stop` ends it",
        )


def owner(directory: Path) -> int | None:
    """Return the pid of the guard that runs in that folder, 0 if it is not told, None if none."""
    path = directory / "lock"
    try:
        with path.open() as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = _read(path).get("pid")
        return pid if isinstance(pid, int) else 0
    except OSError:
        return None
    return None


def port(directory: Path) -> int | None:
    """Return the port of the control API of the guard that runs in that folder, None if none."""
    if owner(directory) is None:
        return None
    found = _read(directory / "lock").get("port")
    return found if isinstance(found, int) else None


def write_token(path: Path) -> str:
    """Make a new secret for the control API and keep it where only this user can read it."""
    token = os.urandom(32).hex()
    with contextlib.suppress(OSError):  # the pages know it all the same; commands will say so
        write_file(path, token)
    return token


def new_run() -> str:
    """Return a mark for what this guard starts."""
    return os.urandom(8).hex()


def write_lease(directory: Path, leased: Iterable[Leased]) -> None:
    """Record what runs, before anything can go wrong with it."""
    import json

    write_file(directory / "lease.json", json.dumps([entry._asdict() for entry in leased]))


def remove_orphans(directory: Path) -> list[Leased]:
    """Kill what an earlier guard started and left; return the services of which something ran."""
    entries = _read_lease(directory / "lease.json")
    removed = {entry: members for entry in entries if (members := _remove(entry))}
    with contextlib.suppress(OSError):
        (directory / "lease.json").unlink()
    return list(removed)


def _read_lease(path: Path) -> list[Leased]:
    try:
        text = path.read_text(encoding="utf-8")
        import json

        entries = json.loads(text)
        return [
            Leased(
                str(entry["name"]), int(entry["pid"]), float(entry["started"]), str(entry["run"])
            )
            for entry in entries
            if 1 < int(entry["pid"]) <= PID_LIMIT
        ]
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return []  # none, or not one of ours: nothing may be killed on its word


def _remove(entry: Leased) -> int:
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


def _descends(process: psutil.Process, entry: Leased) -> bool:
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
        return Mark(entry.run, entry.name).is_in(process.environ())
    return False


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _read(path: Path) -> dict[str, Any]:
    import json

    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
