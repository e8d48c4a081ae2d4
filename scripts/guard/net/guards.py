"""Which other guard a process is of, for messages: by its lock, or its environment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class OtherGuard(NamedTuple):
    """A guard of this user that runs for another project."""

    root: Path
    procfile: Path


def guard_of(pid: int) -> OtherGuard | None:
    """Return the guard that a process is, or that started it; None if it has to do with none."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        for folder in _folders(psutil.Process(pid)):
            if found := read(folder):
                return found
    return None


def read(folder: Path) -> OtherGuard | None:
    """Return whose folder of a guard's files that is, as the guard has written it down."""
    try:
        text = (folder / "project").read_text("utf-8", "surrogateescape")
        root, procfile, *_ = text.splitlines()
    except (OSError, ValueError):
        return None
    return OtherGuard(Path(root), Path(procfile))


def _folders(process: object) -> Iterator[Path]:
    import psutil

    assert isinstance(process, psutil.Process)  # noqa: S101 - for mypy: loaded here only
    if token := process.environ().get("GUARD_TOKEN_FILE"):
        yield Path(token).parent
    yield from (Path(each.path).parent for each in process.open_files() if "lock" in each.path)
