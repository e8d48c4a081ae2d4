"""Forgets downloads, one or as many as a list shows, with or without their files."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.download_service import UnknownDownloadError
from domain import formats
from domain.changes import Deleted, Refusal
from domain.failures import DownloadError
from domain.problems import ConflictError
from store import library
from store.names import coming

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
BATCH = 50
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
        row = self._delete_with_file(item) if file else self.store.delete(item)
        if row is None:
            raise UnknownDownloadError(item)
        idle = not self.executor.interrupt(item)
        self.announcer.announce(item)
        self.scheduler.wake()
        self._clear(row, staged=idle)

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
        if file:
            gone = self._delete_with_files(rows, refused)
        else:
            gone = self.store.delete_many([row["id"] for row in rows])
        self.announcer.announce(*(row["id"] for row in gone))
        for row in gone:
            self._clear(row, staged=True)
        return len(gone)

    def _delete_with_file(self, item: str) -> Row | None:
        """Forget a download with its file; what it was, or None if it is unknown.

        The entry is read while nobody else gives out names or takes them away: those of one that
        somebody else has just deleted may be another's already.
        """
        row = self.store.get(item)
        with self._naming([row] if row else []):
            row = self.store.get(item)
            if row:
                self._remove_file(row)
            gone = self.store.delete(item)
            if row and gone:
                with _told_by_the_log(gone):
                    self._remove_file(gone, but=_files(row))
        return gone

    def _delete_with_files(self, rows: Sequence[Row], refused: list[Refusal]) -> list[Row]:
        """As `_delete_with_file`, of those that are finished; each is there or gone."""
        going: dict[str, Row] = {}
        with self._naming(rows):
            for item, row in self.store.get_many([row["id"] for row in rows]).items():
                try:
                    if row["state"] == "done":
                        self._remove_file(row)
                        going[item] = row
                except ConflictError as problem:
                    if len(refused) < MAX_REFUSED:
                        refused.append(Refusal.of(item, problem))
            gone = self.store.delete_many(list(going))
            for row in gone:  # one that was moved meanwhile has its file elsewhere
                with _told_by_the_log(row):
                    self._remove_file(row, but=_files(going[row["id"]]))
        return gone

    @contextmanager
    def _naming(self, rows: Sequence[Row]) -> Iterator[None]:
        """Be the only one that changes names, where any of these has a file, or may have by now."""
        named = [row for row in rows if _files(row)]
        with ExitStack() as stack:
            if named or any(row["state"] == "running" for row in rows):
                try:
                    stack.enter_context(self.staging.naming())
                except OSError as error:
                    if named:  # without its folder, no file can be told to be gone
                        raise self._stuck(named[0], error) from error
            yield

    def _remove_file(self, row: Row, but: Sequence[str] = ()) -> None:
        """Remove its files, but for those that are gone already."""
        names = [name for name in _files(row) if name not in but]
        if not names:
            return
        try:
            self.staging.published.remove(names)
        except DownloadError as error:
            raise ConflictError(
                error.sentence, error.fix, kind=error.kind, **error.values
            ) from error
        except OSError as error:
            raise self._stuck(row, error) from error

    def _stuck(self, row: Row, error: OSError) -> ConflictError:
        """What is said of a file that cannot be removed."""
        file = self.staging.published.location(row["file_name"])
        return ConflictError(
            f"{file} cannot be removed: {error.strerror}.",
            "Remove it by hand, or delete the entry without its file.",
            kind="file-stuck",
            file=file,
            why=error.strerror,
        )

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
