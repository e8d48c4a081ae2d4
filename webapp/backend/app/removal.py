"""Forgets downloads, one or as many as a list shows, with or without their files."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.download_service import UnknownDownloadError
from domain import formats
from domain.changes import Deleted, Refusal
from domain.failures import DownloadError
from domain.problems import ConflictError
from store import library
from store.store import coming

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.changes import Matching
    from engine.scheduler import Scheduler
    from files.staging import Staging
    from store.store import Row, Store
    from work.announcer import Announcer
    from work.executor import Executor

log = logging.getLogger("uvicorn.error")

MAX_REFUSED = 100
BATCH = 200
"""Downloads that are forgotten in one transaction: others get their turn in between."""


@dataclass(frozen=True, slots=True)
class Remover:
    """Removes downloads and what belongs to them; safe to use from any thread."""

    store: Store
    staging: Staging
    announcer: Announcer
    executor: Executor
    scheduler: Scheduler

    def delete(self, item: str, *, file: bool) -> None:
        """Forget a download, whatever its state, and remove its file if asked to.

        The file goes first: if it cannot, or the backend is killed in between, the entry is there
        to ask again. One that ended meanwhile has a file by the time that it is forgotten.
        """
        before = self._known(item)
        if file:
            self._remove_file(before)
        row = self.store.delete(item)
        if row is None:
            raise UnknownDownloadError(item)
        idle = not self.executor.interrupt(item)
        self.announcer.announce(item)
        self.scheduler.wake()
        self._clear(row, staged=idle)
        if file:
            self._remove_file(row, gone=_files(before))

    def delete_all(self, items: Sequence[str], *, file: bool) -> None:
        """Forget many; what is gone already is no error."""
        for item in items:
            with suppress(UnknownDownloadError):
                self.delete(item, file=file)

    def delete_matching(self, wanted: Matching) -> Deleted:
        """Forget all finished ones that a list shows, a few at a time; each is there or gone.

        A file that cannot be removed keeps its entry, so that it can be asked for again.
        """
        found, stay = Deleted(deleted=0, refused=[]), set(wanted.but)
        of_kind = formats.names(wanted.kind) if wanted.kind else ()
        last = 0
        while rows := library.finished_by(
            self.store,
            wanted.as_of,
            formats=of_kind,
            text=wanted.q,
            subscription=wanted.subscription,
            above=last,
            limit=BATCH,
        ):
            last = rows[-1]["number"]
            mine = [row for row in rows if row["id"] not in stay]
            found.deleted += self._delete_finished(mine, found.refused, file=wanted.file)
        self.scheduler.wake()
        return found

    def _delete_finished(self, rows: list[Row], refused: list[Refusal], *, file: bool) -> int:
        going: dict[str, Row] = {}
        for row in rows:
            try:
                if file:
                    self._remove_file(row)
                going[row["id"]] = row
            except ConflictError as problem:
                if len(refused) < MAX_REFUSED:
                    refused.append(Refusal.of(row["id"], problem))
        gone = self.store.delete_many(list(going))
        self.announcer.announce(*(row["id"] for row in gone))
        for row in gone:
            self._clear(row, staged=True)
            if file:  # one that was moved meanwhile has its file elsewhere
                with _told_by_the_log(row):
                    self._remove_file(row, gone=_files(going[row["id"]]))
        return len(gone)

    def _known(self, item: str) -> Row:
        row = self.store.get(item)
        if row is None:
            raise UnknownDownloadError(item)
        return row

    def _remove_file(self, row: Row, gone: Sequence[str] = ()) -> None:
        """Remove its files, but for those that are gone: others may have their names by now."""
        names = [name for name in _files(row) if name not in gone]
        if not names:
            return
        published = self.staging.published
        file = published.location(row["file_name"])
        try:
            with published.locked():
                published.remove(names)
        except DownloadError as error:
            raise ConflictError(
                error.sentence, error.fix, kind=error.kind, **error.values
            ) from error
        except OSError as error:
            raise ConflictError(
                f"{file} cannot be removed: {error.strerror}.",
                "Remove it by hand, or delete the entry without its file.",
                kind="file-stuck",
                file=file,
                why=error.strerror,
            ) from error

    def _clear(self, row: Row, *, staged: bool) -> None:
        """Remove what only the entry led to. It is gone: nobody could ask for that again."""
        if not row["file_name"]:  # another machine may have begun to send it
            with _told_by_the_log(row):
                self.staging.take_back(row["id"], coming(row))
        if staged:
            with _told_by_the_log(row):
                (self.staging.discard if row["file_name"] else self.staging.withdraw)(row["id"])
        if row["thumbnail"]:
            with _told_by_the_log(row):
                picture = self.executor.thumbnails / f"{row['id']}.{row['thumbnail']}"
                self.staging.published.remove_picture(picture)


def _files(row: Row) -> list[str]:
    """Its file, what goes with it, and where they may have been moved already."""
    return [row["file_name"], *row["sidecars"], *coming(row)] if row["file_name"] else []


@contextmanager
def _told_by_the_log(row: Row) -> Iterator[None]:
    """Go on where something of one that was forgotten cannot be removed."""
    try:
        yield
    except (OSError, ConflictError, DownloadError) as error:
        log.warning("Something of %s stays, which was forgotten: %s", row["id"], error)
