"""The folder in which one download is made, before it is moved by rename when whole.

It lies inside the media folder, so that the rename stays within one file system and is atomic.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from domain.failures import DownloadError
from files.durable import sync
from files.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from files.published import Published

LOCK, RESULT, REACHED = "lock", "result.json", "reached"
MIN_GROWTH_BYTES, SURE_GROWTH_BYTES = 65_536, 1_000_000
"""Bytes: what is less than the one may be chance, what is more than the other never is."""
LOCK_SECONDS = 10.0
DISCARD_SECONDS = 0.5
LOCK_POLL = 0.02


class ItemBusyError(DownloadError):
    """Another process holds the item for longer than a dying one should; a later try finds it free.

    One that was killed may still wait for a slow disk.
    """

    def __init__(self) -> None:
        sentence = "The previous attempt has not ended yet."
        super().__init__("busy", sentence, "Nothing needs to be done.", transient=True)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a finished file is to lie, below the media folder."""

    name: str
    sidecars: dict[str, str] = field(default_factory=dict)
    """What goes with it: from the names in staging to those in their place."""
    show: str | None = None
    """The folder of the channel, as media servers read it."""


@dataclass(frozen=True, slots=True)
class Staging:
    """The staging folders of one media folder."""

    media_dir: Path

    @property
    def shelf(self) -> Shelf:
        """Where finished files go."""
        return Shelf(self.media_dir)

    @property
    def published(self) -> Published:
        """The same, as what may be a bucket elsewhere."""
        return self.shelf

    @property
    def shared(self) -> bool:
        """Whether other backends see what is staged here."""
        return True

    @property
    def root(self) -> Path:
        """The folder of the folders."""
        return self.media_dir / ".staging"

    def folder(self, item: str) -> Path:
        """Where `item` is made."""
        return self.root / item

    def publish(
        self,
        item: str,
        choose: Callable[[], Placed],
        reached: Callable[[int, int], None],  # noqa: ARG002 - a rename takes no time
    ) -> Placed:
        """Bring the finished files to their place; here that is a rename. Raises as `finish`."""
        return self.finish(item, choose)

    def finish(self, item: str, choose: Callable[[], Placed]) -> Placed:
        """Move the finished files to their place; may be repeated after a crash at any point.

        `choose` names the place. It is asked while nobody else changes names, and what it says is
        noted before anything is moved: whoever goes on finds where that was.
        """
        folder = self.folder(item)
        with self.shelf.locked():
            result = read_result(folder) or {}
            placed = Placed(**result["placed"]) if "placed" in result else None
            made = folder / result.get("file", "")
            if made.is_file():
                if placed is None or self._is_taken(folder, made, placed):
                    self._fetch_back(folder, placed)
                    placed = choose()
                    write_result(folder, result | {"placed": asdict(placed)})
                for beside, name in placed.sidecars.items():
                    if (folder / beside).exists():
                        self.shelf.move(folder / beside, name)
                self.shelf.move(made, placed.name)
        if placed is None or not self.shelf.path(placed.name).exists():
            raise gone(placed.name if placed else made.name)
        self.shelf.keep([placed.name, *placed.sidecars.values()])
        return placed

    def _is_taken(self, folder: Path, made: Path, placed: Placed) -> bool:
        """Whether something has a name by now that was noted for what has not got there."""
        names = {made: placed.name}
        names |= {folder / beside: name for beside, name in placed.sidecars.items()}
        return any(
            there.exists() and os.path.lexists(self.shelf.path(name))
            for there, name in names.items()
        )

    def _fetch_back(self, folder: Path, former: Placed | None) -> None:
        """Bring back what goes with a file whose name was taken before it got there.

        What cannot be reached any more, because its folder is a link or another disk by now, stays.
        """
        for beside, name in former.sidecars.items() if former else ():
            with contextlib.suppress(DownloadError):
                self.shelf.fetch(name, folder / beside)

    def has_grown(self, item: str) -> bool:
        """Whether clearly more of it has come than when this was last so: 1 % more, say."""
        folder = self.folder(item)
        before, there = _reached(folder), _bytes_in(folder)
        if there - before < min(SURE_GROWTH_BYTES, max(MIN_GROWTH_BYTES, before // 100)):
            return False
        with contextlib.suppress(OSError):  # the disk is full: the next time tells it again
            write_atomically(folder / REACHED, str(there))
        return True

    def sizes(self) -> dict[str, int]:
        """Bytes that are kept of each item."""
        return {folder.name: _bytes_in(folder) for folder in self.root.glob("*") if folder.is_dir()}

    def placed(self) -> set[str]:
        """The names that finished files were given before their download is done.

        Ask the database afterwards: what is not named here any more has its row by then.
        """
        names: set[str] = set()
        for folder in self.root.glob("*"):
            if placed := (read_result(folder) or {}).get("placed"):
                names |= {placed["name"], *placed["sidecars"].values()}
        return names

    def discard(self, item: str) -> None:
        """Remove what `item` left, unless somebody works on it."""
        self._remove(item)

    def withdraw(self, item: str) -> None:
        """Remove its file too, which may be in its place already: nobody wants it."""
        self._remove(item, self._take_back)

    def take_back(self, item: str, names: Iterable[str]) -> None:  # noqa: ARG002 - see a bucket's
        """Remove what got to its place as that of `item`, which nobody wants. Raises OSError."""
        self.shelf.remove(names)

    def _take_back(self, item: str) -> None:
        folder, result = self.folder(item), read_result(self.folder(item))
        if result and "placed" in result:
            placed = Placed(**result["placed"])
            names = {result["file"]: placed.name, **placed.sidecars}
            self.shelf.remove(name for made, name in names.items() if not (folder / made).exists())

    def _remove(self, item: str, first: Callable[[str], None] = lambda _: None) -> None:
        folder = self.folder(item)
        if folder.is_dir():
            with contextlib.suppress(ItemBusyError), locked(folder, seconds=DISCARD_SECONDS):
                first(item)
                shutil.rmtree(folder, ignore_errors=True)

    def sweep(self, known: Callable[[], Iterable[str]]) -> None:
        """Remove the folders of all items but the `known`, who are asked for after a look."""
        found = {folder.name for folder in self.root.glob("*")}
        for item in found - set(known()):
            self.discard(item)


def gone(name: str) -> FileNotFoundError:
    """What is raised where a finished file is neither in staging nor in its place."""
    return FileNotFoundError(errno.ENOENT, "it was made, and is gone", name)


@contextlib.contextmanager
def locked(folder: Path, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the folder's lock: one process at a time works on an item.

    The lock goes with the process that holds it. One that was killed may need a moment to go.

    Raises:
        ItemBusyError: when it is not free within `seconds`.

    """
    deadline = time.monotonic() + seconds
    while (file := _try_lock(folder)) is None:
        if time.monotonic() > deadline:
            raise ItemBusyError
        time.sleep(LOCK_POLL)
    with file:
        yield


def _try_lock(folder: Path) -> TextIO | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("w")
    except (FileExistsError, FileNotFoundError):  # who had it removes the folder just now
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if (folder / LOCK).stat().st_ino == os.fstat(file.fileno()).st_ino:
            return file
    except (BlockingIOError, FileNotFoundError):  # held, or its folder was removed meanwhile
        pass
    file.close()
    return None


def _reached(folder: Path) -> int:
    try:
        return int((folder / REACHED).read_text())
    except (OSError, ValueError):
        return 0


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.glob("*"):
        with contextlib.suppress(OSError):  # it has just gone
            total += path.stat().st_size
    return total


def write_result(folder: Path, result: dict[str, Any]) -> None:
    """Note, all at once or not at all, that the files are whole; a power cut changes nothing of it.

    Raises:
        OSError: when the disk does not keep them.

    """
    for name in (result.get("file"), *result.get("sidecars", ())):
        if name and (folder / name).is_file():
            sync(folder / name)
    write_atomically(folder / RESULT, json.dumps(result), durably=True)


def read_result(folder: Path) -> dict[str, Any] | None:
    """What `write_result` noted, if it did."""
    try:
        result = json.loads((folder / RESULT).read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return result if isinstance(result, dict) else None


def write_atomically(path: Path, text: str, *, durably: bool = False) -> None:
    """Replace the file as a whole: a reader sees the old or the new, never a part.

    `durably` is for what a power cut must not take back; it costs a moment.
    """
    making = path.with_name(path.name + ".new")
    making.write_text(text)
    if durably:
        sync(making)
    making.replace(path)
    if durably:
        sync(path.parent)
