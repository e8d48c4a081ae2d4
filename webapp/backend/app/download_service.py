"""What people ask of downloads: add, look, change. Everything here answers at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.finished_files import content_of, path_of
from domain import formats
from domain.actions import why_not
from domain.changes import Changes, Refusal
from domain.downloads import DownloadPage, Snapshot
from domain.failures import DownloadError
from domain.ids import now
from domain.notes import can_be_completed
from domain.previews import Known
from domain.problems import ConflictError, GoneError, InvalidError, NotFoundError, Problem
from store import library, tokens
from store.paging import Cursor
from store.view import view

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.profiles import Profiles
    from domain.actions import Action
    from domain.downloads import Download, Listing, Sort
    from domain.requests import DownloadRequest
    from engine.scheduler import Scheduler
    from files.published import Content
    from files.staging import Staging
    from store.store import Row, Store
    from work.announcer import Announcer
    from work.executor import Executor

MAX_KNOWN = 10


@dataclass(frozen=True, slots=True)
class DownloadService:
    """Carries out requests; safe to use from any thread."""

    store: Store
    staging: Staging
    announcer: Announcer
    executor: Executor
    scheduler: Scheduler
    profiles: Profiles

    def add(self, requests: Sequence[DownloadRequest]) -> list[Download]:
        """Keep the wishes, so that nothing can lose them, and queue them.

        Raises:
            InvalidError: when a wish names a profile or a folder that cannot be.

        """
        wanted = self.profiles.resolve_all(requests)
        self._check_folders({request.folder for request in wanted if request.folder})
        added = self.announcer.add(wanted)
        self.scheduler.notify_added()
        return added

    def add_once(
        self, requests: Sequence[DownloadRequest], key: str, body: str
    ) -> tuple[list[Download], bool]:
        """As `add`, but a request that is sent again gets what its first time made.

        Also whether it was sent for the first time. `body` is what tells it from others.

        Raises:
            InvalidError: when the key came with another request, or a profile is unknown.
            GoneError: when what it made then has been deleted.

        """
        wanted = self.profiles.resolve_all(requests)
        digest = hashlib.sha256(body.encode()).hexdigest()
        try:
            ids, new = tokens.enqueue_once(self.store, key, digest, wanted)
        except tokens.OtherRequestError:
            raise InvalidError(
                "This Idempotency-Key came with another request before.",
                "Take a new key for each request, and the same one only to send it again.",
                field="Idempotency-Key",
                kind="key-of-another",
            ) from None
        if new:
            self.announcer.announce(*ids)
            self.scheduler.notify_added()
        rows = self.store.get_many(ids)
        if len(rows) < len(ids):
            raise GoneError(
                "What this request queued has been deleted.", "Take a new key.", kind="key-gone"
            )
        return [self._view(rows[item]) for item in ids], new

    def find_duplicate(self, request: DownloadRequest, key: str | None) -> Download | None:
        """The same wish made before, by this link or another, unless it came to nothing."""
        wanted = self.profiles.resolve(request)
        row = library.find_duplicate(self.store, wanted, key)
        if row and row["state"] == "done" and wanted.live:
            return None  # the same address, and another stream
        return self._view(row) if row and not self._lost(row) else None

    def known(self, url: str, key: str | None) -> list[Known]:
        """What there is already of the medium that `url` leads to."""
        rows = library.of_medium(self.store, url, key)[:MAX_KNOWN]
        return [Known(**{name: row[name] for name in Known.model_fields}) for row in rows]

    def get(self, item: str) -> Download:
        """One download, with its live progress."""
        return self._view(self._row(item))

    def page(self, listing: Listing) -> DownloadPage:
        """A part of the list, in the order that is asked for."""
        after = _cursor(listing.cursor, listing.sort) if listing.cursor else None
        moment = now()
        filters: library.Filters = {
            "states": listing.state,
            "formats": formats.names(listing.kind) if listing.kind else (),
            "text": listing.q,
            "subscription": listing.subscription,
        }
        total = library.count(self.store, **filters) if after is None else None
        limit = listing.limit + 1
        rows = library.page(self.store, **filters, sort=listing.sort, after=after, limit=limit)
        shown = rows[: listing.limit]
        following = str(Cursor.after(shown[-1], listing.sort)) if len(rows) > len(shown) else None
        items = self._views(shown)
        return DownloadPage(items=items, next=following, total=total, as_of=moment)

    def snapshot(self) -> str:
        """What an event stream begins with, as JSON."""
        items = self._views(library.snapshot(self.store))
        return Snapshot(items=items).model_dump_json()

    def act(self, item: str, action: Action) -> Download:
        """Pause, resume, cancel or retry; what is done too, if its file has been lost."""
        known = self._row(item)
        if action == "stop" and not known["options"].get("live"):
            raise ConflictError(
                "This is not a live stream, so there is no end to choose.",
                "Pause or cancel it.",
                kind="not-live",
            )
        if action == "retry" and not known["url"]:
            raise ConflictError(
                "It was imported, and its source is unknown.",
                "Send the link of the medium instead.",
                kind="no-source",
            )
        if action == "retry" and self._lost(known):
            row = self.store.renew(item)
        elif action == "retry" and can_be_completed(known["notes"]):
            row = self.store.complete(item)
        else:
            row = self.store.act(item, action)
        if row is None:
            state = self._row(item)["state"]
            raise ConflictError(*why_not(action, state), kind="wrong-state", state=state)
        if not self.executor.interrupt(item):
            self.executor.leftovers.see_to(item)
        return self._changed(row)

    def act_on_all(self, items: Sequence[str], action: Action) -> Changes:
        """Do the same to many; what a download's state does not allow is told, not fatal."""
        changes = Changes(changed=[], refused=[])
        for item in items:
            try:
                changes.changed.append(self.act(item, action))
            except Problem as problem:
                changes.refused.append(Refusal.of(item, problem))
        return changes

    def move(self, item: str, before: str | None) -> Download:
        """Put a queued download in front of another queued one, or at the end."""
        row = self.store.move(item, before)
        if row is None:
            for name in filter(None, (item, before)):
                if self._row(name)["state"] != "queued":
                    raise ConflictError(
                        f"{name} is not queued.",
                        "Only queued downloads can be moved.",
                        kind="not-queued",
                    )
            raise ConflictError("The queue has changed meanwhile.", "Retry.", kind="queue-changed")
        return self._changed(row)

    def file(self, item: str) -> tuple[Path | Content, Download]:
        """The finished file: where it lies, or what a bucket holds.

        Raises:
            ConflictError: when it is not finished.
            GoneError: when it has been lost.
            UnavailableError: when the bucket cannot be asked.

        """
        row = self._row(item)
        download = view(row, self.announcer.live.get(item))
        if download.file is None:
            raise ConflictError(
                f"It is {download.state}: there is no file.",
                "Wait until it is done.",
                kind="no-file-yet",
                state=download.state,
            )
        return content_of(self.staging.published, download.file.name), download

    def path(self, item: str) -> Path:
        """Where the finished file lies on this machine; raises as `file`, and where it does not."""
        return path_of(self.file(item)[0], self.staging.published, self._row(item)["file_name"])

    def thumbnail(self, item: str) -> tuple[Path, str]:
        """Where the picture lies, and its suffix."""
        kind = self._row(item)["thumbnail"]
        path = self.executor.thumbnails / f"{item}.{kind}"
        if kind is None or not self.staging.published.has_picture(path):
            raise NotFoundError(
                "There is no thumbnail.",
                "It is made when the download finishes.",
                kind="no-thumbnail",
            )
        return path, kind

    def _check_folders(self, folders: set[str]) -> None:
        for folder in folders:
            try:
                self.staging.published.check(folder)
            except DownloadError as error:
                raise InvalidError(
                    error.sentence, error.fix, field="folder", kind=error.kind, **error.values
                ) from None

    def _changed(self, row: Row) -> Download:
        self.scheduler.wake()
        self.announcer.announce(row["id"])
        return self._view(row)

    def _row(self, item: str) -> Row:
        row = self.store.get(item)
        if row is None:
            raise UnknownDownloadError(item)
        return row

    def _view(self, row: Row) -> Download:
        return view(row, self.announcer.live.get(row["id"]), missing=self._lost(row))

    def _views(self, rows: Sequence[Row]) -> list[Download]:
        """Many at once, whose files are looked for together."""
        lost = self.missing(rows)
        live = self.announcer.live
        return [view(r, live.get(r["id"]), missing=r["file_name"] in lost) for r in rows]

    def missing(self, rows: Sequence[Row]) -> set[str]:
        """The names of their files that lie no more where they were put."""
        return self.staging.published.missing(r["file_name"] for r in rows if r["file_name"])

    def _lost(self, row: Row) -> bool:
        """Whether the finished file lies no more where it was put."""
        name = row["file_name"]
        return name is not None and self.staging.published.is_gone(name)


class UnknownDownloadError(NotFoundError):
    """Nobody knows that download, or nobody does any more."""

    def __init__(self, item: str) -> None:
        super().__init__(
            f"There is no download {item}.",
            "It may have been deleted; reload.",
            kind="unknown-download",
        )


def _cursor(text: str, sort: Sort) -> Cursor:
    try:
        return Cursor.read(text, sort)
    except ValueError:
        raise InvalidError(
            f"cursor: {text[:40]!r} leads to no page of the list sorted by {sort}.",
            "Begin without a cursor, then hand on `next` with the same sort.",
            kind="bad-cursor",
        ) from None
