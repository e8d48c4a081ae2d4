"""The folders of all projects of this user, and what earlier versions kept in the project."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..net import guards
from . import lock, trust
from .files import write_file

UNUSED_SECONDS = 30 * 24 * 3600.0  # after which the folder of a project that is gone is removed
_PROJECT = "project"


class RunningGuard(NamedTuple):
    """A guard that runs for a project of this user."""

    root: Path
    pid: int
    port: int | None
    """That of its control API."""


def note(directory: Path, procfile: Path) -> None:
    """Write down whose folder it is: a path cannot be told from its checksum."""
    with contextlib.suppress(OSError):
        write_file(directory / _PROJECT, guards.description(procfile))


def running(folders: Path) -> Iterator[RunningGuard]:
    """Yield the guards that run, of those with a folder in `folders`."""
    for directory, root in _all(folders):
        pid = lock.owner(directory)
        if pid is not None:
            yield RunningGuard(root, pid, lock.port(directory))


def tidy(folders: Path, now: float | None = None) -> None:
    """Remove the folders of projects that are gone, and have not run for long.

    For long, because the disk of a project may only be away.
    """
    now = time.time() if now is None else now
    for directory, root in _all(folders):
        with contextlib.suppress(OSError):
            unused = now - (directory / "lock").stat().st_mtime
            if unused > UNUSED_SECONDS and not root.exists() and lock.owner(directory) is None:
                import shutil

                shutil.rmtree(directory, ignore_errors=True)


def take_over(former: Path, directory: Path) -> str | None:
    """Move what an earlier version kept in the project to where it belongs; say so.

    Only what is a guard's: it has a lock, which nobody holds, and nobody else can have put anything
    there. Nothing is done where there is something in its place already.
    """
    if former.is_symlink() or not trust.is_ours(former):
        return None
    if not (former / "lock").is_file() or lock.owner(former) is not None or directory.exists():
        return None
    try:
        import shutil

        directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.move(former, directory)
    except OSError:
        return None
    return (
        f"the guard's files are no longer in the project: {former} is now {directory}\n"
        f"  to have them where they were: GUARD_DIR={former.name} in .env"
    )


def _all(folders: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each folder with the project that it is of."""
    try:
        directories = list(folders.iterdir())
    except OSError:
        return
    for directory in directories:
        if found := guards.read(directory):
            yield directory, found.root
