"""Whether the folder of a guard, and who listens on its port, may be believed to be ours.

A folder for temporary files, or a project that a group shares, lets others make `.guard` before we
do: with a lock that names a port of theirs, logs, and crash reports whose "fix" we would type.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import stat
from pathlib import Path

from ..core import hints
from ..core.errors import GuardError
from ..net import listener_uid

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_ROOT = 0


def trusted(directory: Path) -> frozenset[int]:
    """Return the users who are believed there: we and root; as root, whose project it is too."""
    users = {_ROOT, os.geteuid()}
    if os.geteuid() == _ROOT:
        with contextlib.suppress(OSError):
            users.add(directory.parent.stat().st_uid)
    return frozenset(users)


def is_ours(directory: Path) -> bool:
    """Whether it is a folder of those who are believed, in which nobody else may write."""
    try:
        found = directory.stat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid in trusted(directory)
        and not found.st_mode & _OTHERS_WRITE
    )


def is_ours_open(descriptor: int, directory: Path) -> bool:
    """Whether a file that was opened there belongs to those who are believed."""
    return os.fstat(descriptor).st_uid in trusted(directory)


def require_ours(directory: Path) -> None:
    """Raise `GuardError` if there is such a folder and it is not to be believed."""
    if directory.exists() and not is_ours(directory):
        found = directory.stat()
        raise GuardError(
            f"{directory} belongs to user {found.st_uid} with mode "
            f"{stat.S_IMODE(found.st_mode):o}: others can have put there what they like, so "
            "nothing in it is believed",
            f"sudo rm -r {shlex.quote(str(directory))}   # the next start makes it again",
        )


def require_our_listener(directory: Path, port: int, what: str = "your guard") -> None:
    """Raise `GuardError` if whoever listens on a port of ours is neither we nor root.

    To be called with a connection to it: there is somebody who listens then, or has just gone.
    """
    users = listener_uid.owners(port)
    if users is None or (users and users <= trusted(directory)):
        return
    whose = " and ".join(f"user {uid}" for uid in sorted(users)) or "nobody any more"
    raise GuardError(
        f"port {port} belongs to {whose}: what answers there is not {what}, and was told nothing",
        f"{hints.start()}   # with another port in .env, if {port} stays taken",
    )
