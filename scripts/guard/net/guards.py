"""Which other guard a process is of, for messages: by its lock, or its environment."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..core import state_file


class OtherGuard(NamedTuple):
    """A guard of this user that runs for another project."""

    root: Path
    procfile: Path


def guard_of(pid: int) -> OtherGuard | None:
    """Return the guard that a process is, or that started it; None if it has to do with none.

    Also None of another user's: root may look into them, and their word would become a command.
    """
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        if process.uids().effective == os.geteuid():
            return next(filter(None, map(read, _folders(process))), None)
    return None


def read(folder: Path) -> OtherGuard | None:
    """Return whose folder of a guard's files that is, as the guard has written it down."""
    try:
        text = state_file.read(folder / "project").decode("utf-8", "surrogateescape")
        root, procfile, *_ = map(_path, text.split("\n"))
    except (OSError, ValueError):
        return None
    return OtherGuard(root, procfile)


def description(procfile: Path) -> str:
    """Return what `read` finds of a project: the folder and the Procfile, a line each."""
    return f"{_line(procfile.parent)}\n{_line(procfile)}\n"


def _line(path: Path) -> str:
    """Write a path as one line, as fstab(5) does: it may hold line ends."""
    return str(path).replace("\\", r"\134").replace("\n", r"\012")


def _path(line: str) -> Path:
    return Path(line.replace(r"\012", "\n").replace(r"\134", "\\"))


def _folders(process: object) -> Iterator[Path]:
    import psutil

    assert isinstance(process, psutil.Process)  # noqa: S101 - for mypy: loaded here only
    if token := process.environ().get("GUARD_TOKEN_FILE"):
        yield Path(token).parent
    yield from (Path(each.path).parent for each in process.open_files() if "lock" in each.path)
