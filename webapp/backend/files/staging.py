"""The folder in which one download is made, before it is moved by rename when whole.

It lies inside the media folder, so that the rename stays within one file system and is atomic.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from domain.failures import DownloadError
from files.durable import sync
from files.item_lock import ItemBusyError, locked
from files.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from files.published import Published

Fate = Literal["kept", "made", "unwanted"]
"""Of what is staged: somebody goes on with it, its file is in its place, nobody wants any of it."""
RESULT, REACHED = "result.json", "reached"
MIN_GROWTH_BYTES, SURE_GROWTH_BYTES = 65_536, 1_000_000
"""Bytes: what is less than the one may be chance, what is more than the other never is."""
DISCARD_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a finished file is to lie, below the media folder."""

    name: str
    sidecars: dict[str, str] = field(default_factory=dict)
    """What goes with it: from the names in staging to those in their place."""
    show: str | None = None
    """The folder of the channel, as media servers read it."""
    former: list[str] = field(default_factory=list)
    """The names that its files had before: what lies there is not of this start alone."""


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

    def naming(self) -> AbstractContextManager[None]:
        """Be the only one, in any process, that gives out names or takes them away."""
        return self.shelf.locked()

    @property
    def root(self) -> Path:
        """The folder of the folders."""
        return self.media_dir / ".staging"

    def folder(self, item: str) -> Path:
        """Where `item` is made."""
        return self.root / item

    def held(self, item: str) -> AbstractContextManager[None]:
        """Be the only one, in any process, that works on `item`. Raises ItemBusyError."""
        return locked(self.folder(item))

    def publish(
        self,
        item: str,
        choose: Callable[[], Placed],
        reserve: Callable[[Placed], object],
        reached: Callable[[int, int], None],  # noqa: ARG002 - a rename takes no time
    ) -> Placed:
        """Bring the finished files to their place; here that is a rename. Raises as `finish`."""
        return self.finish(item, choose, reserve)

    def finish(
        self, item: str, choose: Callable[[], Placed], reserve: Callable[[Placed], object]
    ) -> Placed:
        """Move the finished files to their place; may be repeated after a crash at any point.

        `choose` names the place, and `reserve` keeps others off it; they are called while nobody
        else changes names. It is noted before anything is moved: whoever goes on finds where that
        was.
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
                reserve(placed)
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

    def items(self) -> set[str]:
        """The downloads of which something is staged."""
        return {folder.name for folder in self.root.glob("*")}

    def discard(self, item: str) -> None:
        """Remove what `item` left, unless somebody works on it."""
        self.settle(item, lambda: "made")

    def withdraw(self, item: str) -> None:
        """Remove its file too, which may be in its place already: nobody wants it."""
        self.settle(item, lambda: "unwanted")

    def settle(self, item: str, fate: Callable[[], Fate]) -> None:
        """Remove what is staged of one that is over, unless somebody works on it just now.

        What is to become of it is asked while nobody else can work on it: it may have been wanted
        again since who calls this has looked.
        """
        folder = self.folder(item)
        if folder.is_dir():
            with contextlib.suppress(ItemBusyError), locked(folder, seconds=DISCARD_SECONDS):
                self.clear(item, fate())

    def clear(self, item: str, fate: Fate) -> None:
        """As `settle`, for who holds it."""
        if fate == "unwanted":
            self._take_back(item)
        if fate != "kept":
            shutil.rmtree(self.folder(item), ignore_errors=True)

    def take_back(self, item: str, names: Iterable[str]) -> None:
        """Remove what got to its place and is told by no staging folder: here each tells it."""

    def end_uploads(self) -> None:
        """End what nobody goes on with; here nothing is uploaded."""

    def _take_back(self, item: str) -> None:
        folder, result = self.folder(item), read_result(self.folder(item))
        if result and "placed" in result:
            placed = Placed(**result["placed"])
            names = {result["file"]: placed.name, **placed.sidecars}
            moved = {name for made, name in names.items() if not (folder / made).exists()}
            self.shelf.remove(moved.difference(placed.former))


def gone(name: str) -> FileNotFoundError:
    """What is raised where a finished file is neither in staging nor in its place."""
    return FileNotFoundError(errno.ENOENT, "it was made, and is gone", name)


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
