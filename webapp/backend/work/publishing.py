"""Brings what a runner has made to its place: the file, what goes with it, and its picture."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from domain.downloads import Progress
from domain.failures import DownloadError
from domain.names import suffix
from store.names import coming
from work.places import Places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from files.staging import Placed, Staging
    from store.store import Row, Store
    from work.announcer import Announcer


class SupersededError(Exception):
    """Meanwhile somebody decided otherwise, or another start works on it.

    `names` are those under which something of it may be in its place already.
    """

    names: tuple[str, ...] = ()


def current(store: Store, item: str, run: int) -> Row | None:
    """The row of a download, while start number `run` is the one that works on it."""
    row = store.get(item)
    return row if row and row["run"] == run and row["state"] == "running" else None


def former(row: Mapping[str, Any]) -> list[str]:
    """The names that a download's files have already."""
    return [name for name in (row["file_name"], *row["sidecars"]) if name]


FILE_GONE = "file-gone"


def file_gone(name: str) -> DownloadError:
    """What is said where somebody took the file away before the library knew of it."""
    return DownloadError(
        FILE_GONE,
        f"{name} was moved or deleted.",
        "Retry to download it again.",
        values={"file": name},
    )


@dataclass(frozen=True, slots=True)
class Publishing:
    """All of it may be cut off anywhere and done again."""

    store: Store
    announcer: Announcer
    staging: Staging
    thumbnails: Path

    @property
    def places(self) -> Places:
        """Where finished files go."""
        return Places(self.store, self.staging.published)

    def publish(self, row: Row, run: int, result: dict[str, Any]) -> Row:
        """What there is to note of the files, which are in their place now.

        Raises:
            DownloadError: when that cannot be done.
            SupersededError: when start number `run` is not the present one any more.

        """
        sidecars = result.get("sidecars", [])
        had = former(row)
        own = [*had, *coming(row)]
        new: list[str] = []

        def choose() -> Placed:
            placed = self.places.choose(row, result["file"], sidecars, own=own)
            return replace(placed, former=had)

        def reserve(placed: Placed) -> None:
            self._reserve(row["id"], run, placed)
            new[:] = (name for name in (placed.name, *placed.sidecars.values()) if name not in had)

        try:
            placed = self.staging.publish(
                *(row["id"], choose, reserve),
                lambda there, total: self._note(row, run, there, total),
            )
        except SupersededError as late:
            late.names = tuple(new)
            raise
        except FileNotFoundError as error:
            raise file_gone(error.filename) from None
        files, published = [placed.name, *placed.sidecars.values()], self.staging.published
        published.remove(name for name in own if name not in files)
        self.places.keep_show(placed.show, row)
        return {
            "file_name": placed.name,
            "sidecars": list(placed.sidecars.values()),
            "file_bytes": published.size(placed.name),
            "thumbnail": self._keep_picture(row["id"], result["thumbnail"]),
        }

    def _reserve(self, item: str, run: int, placed: Placed) -> None:
        """Let nobody else take these names while the files are on their way to them."""
        moves = [["", name] for name in (placed.name, *placed.sidecars.values())]
        if not self.store.report(item, run, moving={"moves": moves}):
            raise SupersededError

    def _note(self, row: Row, run: int, there: int, total: int) -> None:
        """Tell how much has been sent, if that is still wanted."""
        if not self._is_current(row["id"], run):
            raise SupersededError
        fraction = there / total if total else None
        self.announcer.live[row["id"]] = Progress(
            stage="moving", bytes=there, total=total, fraction=fraction
        )
        self.announcer.progress(row, still=lambda: self._is_current(row["id"], run))

    def _is_current(self, item: str, run: int) -> bool:
        return current(self.store, item, run) is not None

    def _keep_picture(self, item: str, made: str | None) -> str | None:
        """Move the thumbnail to its place; its suffix. May be repeated after a crash."""
        if made is None:
            return None
        target = self.thumbnails / f"{item}.{suffix(made)}"
        with contextlib.suppress(FileNotFoundError):  # moved already
            (self.staging.folder(item) / made).replace(target)
        if not target.exists():
            return None
        self.staging.published.keep_picture(target)
        return suffix(made)
