"""One guard per folder: `lock` is held with flock for as long as the guard lives, and names it.

`json` is imported where it is used: a first start needs it only after the processes run.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..core import hints, state_file
from ..core.errors import GuardError
from . import trust


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
                f"rm -r {shlex.quote(str(self._path))}   # if that is not allowed: "
                f"sudo chown -R $USER {shlex.quote(str(self._path.parent))}",
            ) from error
        if not trust.is_ours_open(descriptor, self._path.parent):
            os.close(descriptor)
            raise GuardError(
                f"{self._path} belongs to another user, who could keep every start from going on",
                f"rm -f {shlex.quote(str(self._path))}",
            )
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise self._refusal() from None
        self._descriptor = descriptor
        self._since = datetime.now(UTC).isoformat(timespec="seconds")
        self.note(port)

    def note(self, port: int) -> None:
        """Tell on which port the control API is from now on.

        The file cannot be replaced, since it is what is locked. So the new text is written over the
        old one at once, with spaces where that was longer: whoever reads it sees one of the two.
        """
        owner = f'{{"pid": {os.getpid()}, "since": "{self._since}", "port": {port}}}'.encode()
        try:
            os.pwrite(self._descriptor, owner.ljust(os.fstat(self._descriptor).st_size), 0)
        except OSError:  # a full disk: it is held all the same, and names nobody who has left
            with contextlib.suppress(OSError):
                os.truncate(self._descriptor, 0)

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
            f"{hints.command('status')}   # what it runs; `{hints.command('restart')}` restarts, "
            f"`{hints.command('start', 'NAME')}` adds a line, `{hints.command('stop')}` ends it",
        )


def owner(directory: Path) -> int | None:
    """Return the pid of the guard that runs in that folder, 0 if unknown, None if none.

    A lock that another user can have put there is none.
    """
    path = directory / "lock"
    if not trust.is_ours(directory):
        return None
    try:
        with open(path, "rb", opener=state_file.without_waiting) as stream:
            if not trust.is_ours_open(stream.fileno(), directory):
                return None
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


def _read(path: Path) -> dict[str, Any]:
    import json

    try:
        value = json.loads(state_file.read(path).decode())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
