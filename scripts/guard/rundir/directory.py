"""The folder of the guard's files; where it cannot be written, another among the temporary ones.

A disk that is full, a folder that is another user's or may only be read: the stack runs all the
same, and the other commands look for its files there too.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import state_folder
from ..core import hints
from . import lock

if TYPE_CHECKING:  # `doctor` runs where a package is missing that the settings need
    from ..config.settings import Settings

TEMPORARY = Path("/tmp")  # noqa: S108 - whatever TMPDIR each command has; who owns it is checked
ROOM = 16 * 1024  # bytes that must fit, for the lock, the lease and the token


def prepare(directory: Path) -> tuple[Path, str | None]:
    """Make the folder, for its owner alone; return it, or its substitute and why."""
    try:
        _make(directory)
    except OSError as error:
        other = _substitute(directory)
        return other, (
            f"{directory} cannot be used ({error.strerror}): logs, crash reports and the token are "
            f"in {other} until the next start\n  fix: {_fix(directory)}"
        )
    return directory, None


def of_running(config: Settings) -> Settings:
    """Return settings with the folder that the guard uses which runs here, if one does."""
    for place in _places(config):
        if lock.owner(place) is not None:
            return config._replace(directory=place)
    return config


def former(config: Settings) -> Path | None:
    """Return where an earlier version kept the files, None where a setting says where they are."""
    if config.directory != state_folder.default(config.root, config.environment):
        return None
    return config.root / state_folder.FORMER_NAME


def is_same(directory: Path, used: Path) -> bool:
    """Whether a folder is the one that is used, or has that as its substitute."""
    return used in {directory, elsewhere(directory)}


def _places(config: Settings) -> Iterator[Path]:
    for directory in filter(None, (config.directory, former(config))):
        yield directory
        if not (other := elsewhere(directory)).is_symlink():  # none that we made is a link
            yield other


def _make(directory: Path) -> None:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.stat().st_uid != os.getuid():
        raise PermissionError(1, f"it is of the user with the number {directory.stat().st_uid}")
    directory.chmod(0o700)
    probe = directory / f".probe.{os.getpid()}"
    try:
        probe.write_bytes(bytes(ROOM))
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()


def _substitute(directory: Path) -> Path:
    """Make the substitute; one that is not ours alone is not used (anybody may have made it)."""
    other = elsewhere(directory)
    with contextlib.suppress(OSError):
        other.mkdir(mode=0o700, exist_ok=True)
        found = other.lstat()
        is_closed = stat.S_ISDIR(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o077
        if is_closed and found.st_uid == os.getuid():
            return other
    import tempfile

    return Path(tempfile.mkdtemp(prefix="guard-"))


def elsewhere(directory: Path) -> Path:
    """Name a folder's substitute, the same for every command of this user.

    Device and inode alone are another folder's too, another day: numbers of disks are used again.
    """
    path = zlib.crc32(bytes(directory.parent.resolve() / directory.name))
    try:
        place = directory.parent.stat()
    except OSError:  # it can be neither found nor made
        return TEMPORARY / f"guard-{os.getuid()}-{path:08x}"
    return TEMPORARY / f"guard-{os.getuid()}-{place.st_dev:x}-{place.st_ino:x}-{path:08x}"


def _fix(directory: Path) -> str:
    if directory.is_dir() and (owner := directory.stat().st_uid) != os.getuid():
        if owner:  # what they put there is not to become ours
            return f"sudo rm -r {shlex.quote(str(directory))}"
        return f"sudo chown -R {os.getuid()} {shlex.quote(str(directory))}"
    place = shlex.quote(str(directory.parent))
    return f"df -h {place}   # full? or keep it elsewhere: GUARD_DIR=/path {hints.start()}"
