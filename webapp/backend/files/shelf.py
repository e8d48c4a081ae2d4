"""The finished files below the media folder: found free places for, put there, moved, removed.

Whoever changes names there holds one lock, in any process that shares the folder, so that two
downloads never choose the same name. No folder on the way may be a link or another disk: a rename
would lead out of the media folder, or would not be one.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from domain.failures import DownloadError
from domain.nfo import GENERATOR, SHOW
from files.durable import sync

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LOCK = ".names"
KIND = "folder"
MAX_FOLDERS = 500


@dataclass(frozen=True, slots=True)
class Shelf:
    """Names are relative to the folder, with / between their parts."""

    media_dir: Path

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only one that changes names."""
        with (self.media_dir / LOCK).open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def path(self, name: str) -> Path:
        """Where that file lies, or would."""
        return self.media_dir / name

    def is_free(self, names: Iterable[str], *, own: Sequence[str] = ()) -> bool:
        """Whether nothing has any of these names, but what is one's `own`."""
        return not any(name not in own and os.path.lexists(self.path(name)) for name in names)

    def size(self, name: str) -> int | None:
        """The bytes of a file; None where there is none."""
        path = self.path(name)
        return path.stat().st_size if path.is_file() else None

    def is_gone(self, name: str) -> bool:
        """Whether there is no such file."""
        return not self.path(name).is_file()

    def missing(self, names: Iterable[str]) -> set[str]:
        """Those of which there is no file."""
        return {name for name in names if self.is_gone(name)}

    def local(self, name: str) -> Path | None:
        """Where it lies, or would."""
        return self.path(name)

    def location(self, name: str) -> str:
        """Its path."""
        return str(self.path(name))

    def content(self, name: str) -> Path:
        """Where it lies. Raises FileNotFoundError."""
        if not self.path(name).is_file():
            raise FileNotFoundError(name)
        return self.path(name)

    def check(self, folder: str) -> None:
        """Look whether files may go to that folder, as far as it is there.

        Raises:
            DownloadError: when a part of it is a link, a file or another disk.

        """
        for part in self._parts(folder):
            if part.is_symlink():
                raise unusable(part, "is a link, which may lead anywhere")
            if not part.exists():
                return
            if not part.is_dir():
                raise unusable(part, "is a file")
            if part.stat().st_dev != self.media_dir.stat().st_dev:
                raise unusable(part, "is on another disk than the media folder")

    def make_room(self, name: str) -> Path:
        """Make the folders on the way to `name`; its path. Raises as `check`."""
        folder = str(PurePosixPath(name).parent)
        self.check(folder)
        for part in self._parts(folder):
            try:
                part.mkdir(exist_ok=True)
            except OSError as error:
                raise unusable(part, f"cannot be made: {error.strerror}") from error
        self.check(folder)  # whoever put a link there meanwhile
        return self.path(name)

    def _parts(self, folder: str) -> Iterator[Path]:
        """Every folder on the way, the outermost first."""
        path = self.media_dir
        for part in PurePosixPath(folder).parts:
            path /= part
            yield path

    def move(self, source: Path, name: str) -> None:
        """Give a file this name; what has it is replaced.

        Raises:
            DownloadError: as `check`, and when it lies on another mount, which may be of one disk.

        """
        target = self.make_room(name)
        _rename(source, target, folder=target.parent)

    def keep(self, names: Iterable[str]) -> None:
        """Have the disk keep these names, and the folders that they are in. Raises OSError."""
        for folder in {folder for name in names for folder in PurePosixPath(name).parents}:
            if self.path(str(folder)).is_dir():
                sync(self.path(str(folder)))

    def fetch(self, name: str, target: Path) -> None:
        """Take a file back to `target`, if it is there and `target` is not. Raises as `move`."""
        source = self.path(name)
        self.check(str(PurePosixPath(name).parent))
        if source.is_file() and not target.exists():
            _rename(source, target, folder=source.parent)

    def add(self, name: str, content: bytes) -> None:
        """Write a small file where there is none; that it cannot be written costs nothing."""
        with contextlib.suppress(OSError), self.path(name).open("xb") as file:
            file.write(content)

    def remove(self, names: Iterable[str]) -> None:
        """Remove files, and the folders that are empty then. Raises OSError."""
        for name in names:
            self.path(name).unlink(missing_ok=True)
            self.tidy(name)

    def tidy(self, name: str) -> None:
        """Remove the folders above `name` as far as they are empty."""
        for folder in PurePosixPath(name).parents:
            if folder == PurePosixPath("."):
                break
            try:
                self._forget_show(self.path(str(folder)))
                self.path(str(folder)).rmdir()
            except OSError:  # not empty, or gone already
                break

    def _forget_show(self, folder: Path) -> None:
        """Remove our note of what a folder is, if that is all there is in it."""
        note = folder / SHOW
        if [path.name for path in folder.iterdir()] == [
            SHOW
        ] and GENERATOR.encode() in note.read_bytes():
            note.unlink()

    def keep_picture(self, picture: Path) -> None:
        """Nothing: who shares the folder sees it."""

    def has_picture(self, picture: Path) -> bool:
        """Whether it is there."""
        return picture.is_file()

    def remove_picture(self, picture: Path) -> None:
        """Remove it. Raises OSError."""
        picture.unlink(missing_ok=True)

    def folders(self) -> list[str]:
        """The folders that there are, without hidden ones and links; at most `MAX_FOLDERS`."""
        found: list[str] = []
        waiting = [PurePosixPath()]
        while waiting and len(found) < MAX_FOLDERS:
            above = waiting.pop(0)
            with contextlib.suppress(OSError), os.scandir(self.media_dir / above) as entries:
                inside = sorted(
                    entry.name
                    for entry in entries
                    if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
                )
                found += [str(above / name) for name in inside]
                waiting += [above / name for name in inside]
        return sorted(found)[:MAX_FOLDERS]


def _rename(source: Path, target: Path, *, folder: Path) -> None:
    """Rename; `folder` is the one of the two that is to blame for another mount."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        other = target.parent if folder == source.parent else source.parent
        raise unusable(folder, f"is on another disk or mount than {other}") from error


def unusable(folder: Path, why: str) -> DownloadError:
    """What a download fails of that is to go into such a folder."""
    return DownloadError(
        KIND,
        f"{folder} {why}, so no file goes there.",
        "Choose another folder, then retry.",
        values={"folder": str(folder)},
    )
