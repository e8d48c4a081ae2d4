"""Loads store and engine in the background while the server already answers.

Nothing heavy is imported here: SQLAlchemy, DBOS and yt-dlp come in a thread. A request that needs
the store waits for it, not for the engine.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Literal

from problems import Problem

if TYPE_CHECKING:
    from downloads.parts import Parts
    from downloads.previews import Look
    from downloads.progress import Hub
    from settings import Settings

PATIENCE = 30.0
"""Seconds that a request waits for the store."""

log = logging.getLogger("uvicorn.error")


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
            from downloads.parts import assemble

            parts = assemble(self._settings, self.hub.publish)
        except Exception as error:  # noqa: BLE001 -- `/ready` and every request tell it
            log.error("The database cannot be opened: %s", error)  # noqa: TRY400 -- a sentence
            self._parts.set_exception(error)
            return
        self._parts.set_result(parts)
        if self._stopping:
            return
        try:
            parts.engine.launch()
            parts.desk.staging.sweep(parts.desk.store.ids)
            parts.desk.work.pool.warm()
        except Exception as error:
            log.exception("The download engine cannot start.")
            self._launched.set_exception(error)
            return
        self._launched.set_result(None)
