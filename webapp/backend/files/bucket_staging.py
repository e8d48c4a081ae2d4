"""Staging on this machine's disk for files that end in a bucket: what is made is sent, not renamed.

Sending may be cut off anywhere and done again: what was placed where, and the upload that carries
it, is noted in the folder of the download before the next step.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from domain.failures import DownloadError
from files import multipart
from files.bucket_client import AbsentError
from files.multipart import Upload
from files.staging import Placed, Staging, gone, read_result, write_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from files.bucket import Bucket
    from files.staging import Fate

log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True, slots=True)
class BucketStaging(Staging):
    """The staging folders of this machine."""

    bucket: Bucket
    alone: Callable[[], AbstractContextManager[None]]
    """Be the only one, on any machine, that chooses names."""
    reserved: Callable[[], set[str]]
    """The names that unfinished downloads have chosen, on any machine."""
    taken: Callable[[Sequence[str], str], set[str]]
    """Which of these names other downloads than that one have, or have chosen."""

    @property
    def published(self) -> Bucket:
        """Where finished files go."""
        return self.bucket

    @property
    def shared(self) -> bool:
        """Whether other backends see what is staged here."""
        return False

    def naming(self) -> AbstractContextManager[None]:
        """Be the only one, on any machine, that gives out names or takes them away."""
        return self.alone()

    def publish(
        self,
        item: str,
        choose: Callable[[], Placed],
        reserve: Callable[[Placed], object],
        reached: Callable[[int, int], None],
    ) -> Placed:
        """Send the finished files to their place; may be repeated after a crash at any point.

        `choose` names the place, and `reserve` keeps others off it; `reached` is told how many
        bytes of how many are there, and what it raises stops the sending.
        """
        folder = self.folder(item)
        result = read_result(folder) or {}
        made = folder / result.get("file", "")
        if not made.is_file():
            raise gone(made.name)
        with self.naming():
            placed = choose()
            reserve(placed)
        upload = _noted(folder)
        if upload and upload.name != placed.name:
            multipart.end(self.bucket, upload)
            upload = None
        _note(folder, placed, upload)
        for beside, name in placed.sidecars.items():
            if (folder / beside).exists():
                self.bucket.put(name, (folder / beside).read_bytes())
        self._send(folder, made, placed, upload, reached)
        return placed

    def _send(
        self,
        folder: Path,
        made: Path,
        placed: Placed,
        upload: Upload | None,
        reached: Callable[[int, int], None],
    ) -> None:
        """Go on with the upload; with a new one where that is over."""
        total = made.stat().st_size
        if upload:
            try:
                multipart.send(self.bucket, upload, made, lambda there: reached(there, total))
            except AbsentError:
                reached(0, total)  # whoever ended it may have said why
            else:
                return
        upload = multipart.begin(self.bucket, placed.name)
        try:
            _note(folder, placed, upload)
        except OSError:  # the folder has just gone: nobody else knows of the upload
            multipart.end(self.bucket, upload)
            raise
        try:
            multipart.send(self.bucket, upload, made, lambda there: reached(there, total))
        except AbsentError:
            reached(0, total)
            raise multipart.ended(placed.name) from None

    def take_back(self, item: str, names: Iterable[str]) -> None:
        """Remove from the bucket what got there, unless the names are another's by now.

        They were free for others from the moment that `item` was cancelled or forgotten, and what
        sent it may have noticed that much later. Raises DownloadError.
        """
        mine = list(names)
        if not mine:
            return
        with self.naming():
            if not self.taken(mine, item):
                self.bucket.remove(mine)

    def _take_back(self, item: str) -> None:
        result = read_result(self.folder(item)) or {}
        if "placed" in result:
            placed = Placed(**result["placed"])
            names = {placed.name, *placed.sidecars.values()}
            with _told_by_the_log(item):
                self.take_back(item, names.difference(placed.former))

    def clear(self, item: str, fate: Fate) -> None:
        """As in a folder; and end its upload."""
        if fate != "kept" and (upload := _noted(self.folder(item))):
            with _told_by_the_log(item):
                multipart.end(self.bucket, upload)
        Staging.clear(self, item, fate)  # a class with slots has no super()

    def end_uploads(self) -> None:
        """End the uploads that nobody goes on with.

        A name is reserved before its upload begins, so the uploads are asked for first.
        """
        with _told_by_the_log("uploads"):
            found = multipart.under_way(self.bucket)
            wanted = self.reserved()
            for upload in found:
                if upload.name not in wanted:
                    log.info("An abandoned upload is ended: %s", upload.name)
                    multipart.end(self.bucket, upload)


@contextmanager
def _told_by_the_log(what: str) -> Iterator[None]:
    """Go on where the bucket fails: the next backend finds what stays."""
    try:
        yield
    except DownloadError as error:
        log.warning("Something of %s stays in the bucket: %s", what, error.sentence)


def _note(folder: Path, placed: Placed, upload: Upload | None) -> None:
    result = read_result(folder) or {}
    noted = {"placed": asdict(placed), "upload": asdict(upload) if upload else None}
    write_result(folder, result | noted)


def _noted(folder: Path) -> Upload | None:
    upload = (read_result(folder) or {}).get("upload")
    return Upload(**upload) if upload else None
