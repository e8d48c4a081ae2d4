"""Loads store and engine in the background while the server already answers.

Nothing heavy is imported here: SQLAlchemy, DBOS and yt-dlp come in a thread. A request that needs
the store waits for it, not for the engine.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from problems import Problem

if TYPE_CHECKING:
    from downloads.desk import Desk
    from downloads.engine import Engine
    from downloads.previews import Look, Previews
    from downloads.progress import Hub
    from settings import Settings

PATIENCE = 30.0
"""Seconds that a request waits for the store."""
MB = 1_000_000

log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True, slots=True)
class Parts:
    """What has been loaded."""

    desk: Desk
    engine: Engine
    previews: Previews


class Service:
    """The download service of one api process."""

    def __init__(self, settings: Settings, hub: Hub) -> None:
        self._settings, self.hub = settings, hub
        self._parts: Future[Parts] = Future()
        self._launched: Future[None] = Future()
        self._stopping = False
        self.looks: set[Look] = set()

    def start(self) -> None:
        """Begin to load, and return at once."""
        threading.Thread(target=self._load, name="load", daemon=True).start()

    def end_requests(self) -> None:
        """Let go of the requests that would otherwise last: the server waits for them."""
        self.hub.close()
        for look in list(self.looks):
            look.drop()

    def stop(self) -> None:
        """End at once: what is under way is taken up by the next process."""
        self._stopping = True
        if self._parts.done() and not self._parts.exception():
            parts = self._parts.result()
            parts.engine.stop()
            parts.desk.work.stop()

    def readiness(self) -> tuple[Literal["warming", "ready", "failed"], str | None]:
        """The engine's state, and what is wrong if it failed."""
        for future in (self._parts, self._launched):
            if not future.done():
                return "warming", None
            if error := future.exception():
                return "failed", str(error)
        return "ready", None

    def parts(self) -> Parts:
        """What has been loaded; waits for it.

        Raises:
            Problem: 503 when it cannot be loaded.

        """
        try:
            return self._parts.result(PATIENCE)
        except TimeoutError:
            detail = "The database is still being opened."
        except Exception as error:  # noqa: BLE001 -- whatever it is, the person is told
            detail = str(error)
        raise Problem(503, detail, "Retry in a moment; if it stays so, see the log of `api`.")

    def _load(self) -> None:
        try:
            parts = self._assemble()
        except Exception as error:  # noqa: BLE001 -- `/ready` and every request tell it
            log.error("The database cannot be opened: %s", error)  # noqa: TRY400 -- a sentence
            self._parts.set_exception(error)
            return
        self._parts.set_result(parts)
        if self._stopping:
            return
        try:
            parts.engine.launch()
            parts.desk.staging.sweep(set(parts.desk.store.ids()))
            parts.desk.work.pool.warm()
        except Exception as error:
            log.exception("The download engine cannot start.")
            self._launched.set_exception(error)
            return
        self._launched.set_result(None)

    def _assemble(self) -> Parts:
        from downloads.desk import Desk
        from downloads.disk import Disk
        from downloads.engine import Engine
        from downloads.ffmpeg import find_ffmpeg
        from downloads.pool import Pool
        from downloads.previews import Previews
        from downloads.staging import Staging
        from downloads.store import Store
        from downloads.work import Work

        chosen, tell = self._settings, self.hub.publish
        thumbnails = chosen.data_dir / "thumbnails"
        for folder in (chosen.data_dir, chosen.media_dir, thumbnails):
            folder.mkdir(parents=True, exist_ok=True)
        store, staging, pool = Store(chosen.database_url), Staging(chosen.media_dir), Pool()
        allowed = chosen.allowed.texts()
        disk = Disk(chosen.media_dir, chosen.disk_reserve_mb * MB)
        work = Work(store, pool, staging, disk, thumbnails, allowed, find_ffmpeg(), tell)
        engine = Engine(chosen, store, work)
        previews = Previews(pool, chosen.data_dir / "previews", allowed)
        return Parts(Desk(store, staging, work, engine, chosen.media_dir, tell), engine, previews)
