"""Our folders: made, and known to be writable before anybody relies on it."""

from __future__ import annotations

import errno
import os
import tempfile
from typing import TYPE_CHECKING

from domain.problems import FolderUnavailableError

if TYPE_CHECKING:
    from pathlib import Path

ITSELF = "the backend goes on by itself"


def prepare(folder: Path, mode: int = 0o777) -> None:
    """Make `folder` if need be, with that mode less the umask's bits, and write in it.

    Raises:
        FolderUnavailableError: naming the folder, whose it is, and what lets us write there.

    """
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise unavailable(folder, error) from error


def unavailable(folder: Path, error: OSError) -> FolderUnavailableError:
    """Say why it cannot be written, and what to do about it."""
    if error.errno in {errno.EACCES, errno.EPERM}:
        return _forbidden(folder)
    fix = {
        errno.ENOSPC: "Free some space",
        errno.EROFS: "Mount it so that it can be written",
    }.get(error.errno or 0, "Give another folder (MEDIA_DIR, DATA_DIR)")
    return FolderUnavailableError(
        f"{folder} cannot be written: {error.strerror}.",
        f"{fix}; {ITSELF}.",
        kind="folder-unwritable",
        folder=folder,
        why=error.strerror,
    )


def _forbidden(folder: Path) -> FolderUnavailableError:
    """Name the folder that is in the way: `folder`, or the one in which it would be made."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    found = there.stat()
    return of_another(
        folder, there, found.st_uid, found.st_mode & 0o7777, user=os.geteuid(), group=os.getegid()
    )


def of_another(
    folder: Path, there: Path, owner: int, mode: int, *, user: int, group: int
) -> FolderUnavailableError:
    """It belongs to somebody, or `there` does, in which it would be made."""
    return FolderUnavailableError(
        f"{folder} cannot be written: {there} belongs to user {owner} (mode {mode:o}), and the "
        f"backend runs as user {user}.",
        f"Type: sudo chown -R {user}:{group} {there} (in a container: for the folder of the host "
        f"that is mounted there); {ITSELF}.",
        kind="folder-of-another",
        folder=folder,
        owner=owner,
        user=user,
        group=group,
        there=there,
    )
