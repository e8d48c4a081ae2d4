"""What the routes use: starts store and engine in the background, and carries out requests.

Nothing heavy is imported here: the server answers `/health` while SQLAlchemy, DBOS and yt-dlp are
still loading in a thread. A request that needs the store waits for it, not for the engine.
"""

from __future__ import annotations

import json
import logging
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from downloads.actions import why_not
from downloads.models import Snapshot
from downloads.view import view
from problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from downloads.actions import Action
    from downloads.engine import Engine
    from downloads.models import Choice, Download, Page
    from downloads.progress import Hub
    from downloads.staging import Staging
    from downloads.store import Store
    from downloads.work import Work
    from settings import Settings

PATIENCE = 30.0
"""Seconds that a request waits for the store."""

log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True, slots=True)
class Parts:
    """What has been loaded."""

    store: Store
    staging: Staging
    work: Work
    engine: Engine


class Service:
    """The download service of one api process."""

    def __init__(self, settings: Settings, hub: Hub) -> None:
        self._settings, self.hub = settings, hub
        self._parts: Future[Parts] = Future()
        self._launched: Future[None] = Future()
        self._stopping = False

    def start(self) -> None:
        """Begin to load, and return at once."""
        threading.Thread(target=self._load, name="load", daemon=True).start()

    def stop(self) -> None:
        """End at once: what is under way is taken up by the next process."""
        self._stopping = True
        if self._parts.done() and not self._parts.exception():
            parts = self._parts.result()
            parts.engine.stop()
            parts.work.stop()

    def readiness(self) -> tuple[Literal["warming", "ready", "failed"], str | None]:
        """The engine's state, and what is wrong if it failed."""
        for future in (self._parts, self._launched):
            if not future.done():
                return "warming", None
            if error := future.exception():
                return "failed", str(error)
        return "ready", None

    def add(self, choice: Choice) -> Download:
        """Keep the wish, so that nothing can lose it, and queue it."""
        parts = self._get()
        row = parts.store.add(choice)
        parts.work.announce(row)
        parts.engine.wake()
        return view(row)

    def get(self, item: str) -> Download:
        """One download, with its live progress."""
        parts = self._get()
        return self._view(parts, self._row(parts, item))

    def page(
        self, states: tuple[str, ...], text: str | None, cursor: str | None, limit: int
    ) -> Page:
        """A part of the list, newest first."""
        from downloads.models import Page

        parts = self._get()
        rows = parts.store.page(states=states, text=text, before=cursor, limit=limit + 1)
        items = [self._view(parts, row) for row in rows[:limit]]
        return Page(items=items, next=items[-1].id if len(rows) > limit else None)

    def snapshot(self) -> str:
        """What an event stream begins with, as JSON."""
        parts = self._get()
        rows = parts.store.snapshot()
        return Snapshot(items=[self._view(parts, row) for row in rows]).model_dump_json()

    def act(self, item: str, action: Action) -> Download:
        """Pause, resume, cancel or retry."""
        parts = self._get()
        row = parts.store.act(item, action)
        if row is None:
            detail, fix = why_not(action, self._row(parts, item)["state"])
            raise Problem(409, detail, fix)
        if not parts.work.interrupt(item) and row["state"] == "cancelled":
            parts.staging.discard(item)
        parts.work.announce(row)
        parts.engine.wake()
        return view(row)

    def delete(self, item: str, *, file: bool) -> None:
        """Forget a download, whatever its state, and remove its file if asked to."""
        parts = self._get()
        row = parts.store.delete(item)
        if row is None:
            raise _unknown(item)
        if not parts.work.interrupt(item):
            parts.staging.discard(item)
        if file and row["file_name"]:
            (self._settings.media_dir / row["file_name"]).unlink(missing_ok=True)
        self.hub.publish(item, "removed", json.dumps({"id": item}))
        parts.engine.wake()

    def file(self, item: str) -> tuple[Path, Download]:
        """Where the finished file lies."""
        download = self.get(item)
        if download.file is None:
            raise Problem(
                409, f"It is {download.state}: there is no file yet.", "Wait until it is done."
            )
        path = self._settings.media_dir / download.file.name
        if not path.is_file():
            raise Problem(
                410, f"{path.name} has been moved or deleted.", "Retry or delete the download."
            )
        return path, download

    def _load(self) -> None:
        try:
            parts = self._assemble()
        except Exception as error:
            log.exception("The store cannot be opened.")
            self._parts.set_exception(error)
            return
        self._parts.set_result(parts)
        if self._stopping:
            return
        try:
            parts.engine.launch()
            parts.staging.sweep(set(parts.store.ids()))
            parts.work.pool.warm()
        except Exception as error:
            log.exception("The download engine cannot start.")
            self._launched.set_exception(error)
            return
        self._launched.set_result(None)

    def _assemble(self) -> Parts:
        from downloads.engine import Engine
        from downloads.ffmpeg import find_ffmpeg
        from downloads.pool import Pool
        from downloads.staging import Staging
        from downloads.store import Store
        from downloads.work import Work

        self._settings.data_dir.mkdir(parents=True, exist_ok=True)
        self._settings.media_dir.mkdir(parents=True, exist_ok=True)
        store, staging = Store(self._settings.database_url), Staging(self._settings.media_dir)
        work = Work(self._settings, store, Pool(), staging, self.hub.publish, find_ffmpeg())
        return Parts(store, staging, work, Engine(self._settings, store, work))

    def _get(self) -> Parts:
        try:
            return self._parts.result(PATIENCE)
        except Exception as error:
            raise Problem(
                503,
                f"The database is not available: {error or 'it is still being opened'}",
                "Retry in a moment; if it stays so, see the log of `api`.",
            ) from error

    def _row(self, parts: Parts, item: str) -> Mapping[str, Any]:
        row = parts.store.get(item)
        if row is None:
            raise _unknown(item)
        return row

    def _view(self, parts: Parts, row: Mapping[str, Any]) -> Download:
        return view(row, parts.work.live.get(row["id"]))


def _unknown(item: str) -> Problem:
    return Problem(
        404, f"There is no download {item}.", "It may have been deleted; reload the list."
    )
