"""The folder that finished files go to: whether it can be used, and whether it is the right one.

A folder that was mounted once and is not now is an empty folder of another file system: what goes
there fills the wrong disk and is hidden later. So the folder is marked with a file, and the file
system it was on is remembered beside the database. Without the mark, on another file system, it is
not used.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.failures import DownloadError
from domain.problems import FolderUnavailableError
from files.folders import prepare
from files.staging import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

MARK = ".media-folder"
KIND = "media-folder"
OF_ANOTHER = "folder-of-another"
"""The kind of fault that names the owner already."""
AGAIN = "Downloads go on by themselves then."


@dataclass(slots=True)
class MediaFolder:
    """`path`, and the file `memory` in which it is remembered where it was."""

    path: Path
    memory: Path
    fault: DownloadError | None = None
    """What was wrong when it was looked at last."""

    @property
    def kinds(self) -> frozenset[str]:
        """Of the faults that downloads wait out."""
        return frozenset({KIND})

    @property
    def doubtful(self) -> bool:
        """Whether it should be looked at again, by whoever wants to know how it is."""
        return self.fault is not None

    @property
    def is_place(self) -> bool:
        """Whether finished files are in this folder."""
        return True

    @property
    def location(self) -> str:
        """Where finished files are, for people."""
        return str(self.path)

    def prepare(self) -> None:
        """Make and mark the folder where that can be done; `require` says what is wrong if not."""
        with contextlib.suppress(DownloadError):
            self.require()

    def require(self) -> None:
        """Make sure that files can be put there.

        Raises:
            DownloadError: of kind `media-folder`, with the folder, its owner and the way out.

        """
        try:
            self._require()
        except DownloadError as fault:
            self.fault = fault
            raise
        self.fault = None

    def why_not(self) -> DownloadError | None:
        """What `require` raises now; None where files can be put there."""
        try:
            self.require()
        except DownloadError as fault:
            return fault
        return None

    def _require(self) -> None:
        known = self._remembered()
        mark = self.path / MARK
        if known is not None and not mark.exists() and self._device() != known:
            raise not_mounted(self.path, mark, self._owner(), os.geteuid())
        try:
            for folder in (self.path, self.path / ".staging", self.path / ".thumbnails"):
                prepare(folder)
            mark.touch()
            self._require_one_disk()
        except FolderUnavailableError as error:
            whose = whose_it_is(self._owner(), os.geteuid())
            told = error.detail if error.kind == OF_ANOTHER else f"{error.detail} {whose}"
            raise DownloadError(
                KIND, told, error.fix, transient=True, values={"folder": str(self.path)}
            ) from error
        if self._device() != known:
            write_atomically(self.memory, json.dumps({str(self.path): self._device()}))

    def _require_one_disk(self) -> None:
        """What is finished is moved by a rename, which leads to no other disk."""
        for folder in (self.path / ".staging", self.path / ".thumbnails"):
            if folder.stat().st_dev != self.path.stat().st_dev:
                raise DownloadError(
                    KIND,
                    f"{folder} is on another disk than {self.path}: what is finished there could"
                    " not be moved to its place in one step.",
                    f"Unmount it, or remove the link. {AGAIN}",
                    transient=True,
                    values={"folder": str(self.path)},
                )

    def _device(self) -> int | None:
        """The file system of the folder, or of the nearest one above that is there."""
        for folder in (self.path, *self.path.parents):
            with contextlib.suppress(OSError):
                return folder.stat().st_dev
        return None

    def _owner(self) -> int | None:
        """Whose the folder is, or the nearest one above that is there."""
        for folder in (self.path, *self.path.parents):
            with contextlib.suppress(OSError):
                return folder.stat().st_uid
        return None

    def _remembered(self) -> int | None:
        try:
            device = json.loads(self.memory.read_text())[str(self.path)]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return device if isinstance(device, int) else None


def whose_it_is(owner: int | None, user: int) -> str:
    """What to compare where a folder cannot be used, by number: a container has other names."""
    return f"It belongs to user {owner}, and the backend runs as user {user}."


def not_mounted(folder: Path, mark: Path, owner: int | None, user: int) -> DownloadError:
    """What every download waits for while another file system is where the files were."""
    return DownloadError(
        KIND,
        f"The media folder {folder} is not mounted: it is on another file system than"
        f" before, and its mark is missing. {whose_it_is(owner, user)}",
        f"Mount it. {AGAIN} If it is a new folder on purpose: touch {mark}",
        transient=True,
        values={"folder": str(folder), "mark": str(mark)},
    )
