"""Loads store and engine in the background while the server already answers.

Nothing heavy is imported here: SQLAlchemy, DBOS and yt-dlp come in a thread. A request that needs
the store waits for it, not for the engine.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Literal, TypeVar

from domain.problems import Problem, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.bootstrap import Parts
    from app.previews import Look
    from events.hub import Hub
    from settings import Settings

PATIENCE = 30.0
"""Seconds that a request waits for the store."""
LOOK = 0.2
"""Seconds between two looks whether the store will not come."""
RETRY = 2.0
"""Seconds until a database that could not be used is tried again."""

T = TypeVar("T")
log = logging.getLogger("uvicorn.error")


class Service:
    """The download service of one api process."""

    def __init__(self, settings: Settings, hub: Hub) -> None:
        self._settings, self.hub = settings, hub
        self._parts: Future[Parts] = Future()
        self._launched: Future[None] = Future()
        self._trouble: Problem | None = None
        self._stopping = threading.Event()
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
        self._stopping.set()
        if self._parts.done() and not self._parts.exception():
            parts = self._parts.result()
            parts.engine.stop()
            parts.desk.work.stop()

    def readiness(self) -> tuple[Literal["warming", "ready", "failed"], str | None]:
        """The engine's state, and what is wrong if it failed."""
        for future in (self._parts, self._launched):
            if not future.done():
                return ("failed", str(self._trouble)) if self._trouble else ("warming", None)
            if error := future.exception():
                return "failed", str(error)
        return "ready", None

    def parts(self) -> Parts:
        """What has been loaded; waits for it, unless it is known that this would be in vain.

        Raises:
            UnavailableError: when it cannot be loaded.

        """
        deadline = time.monotonic() + PATIENCE
        while not self._parts.done() and time.monotonic() < deadline:
            if self._trouble:
                raise UnavailableError(self._trouble.detail, self._trouble.fix)
            wait((self._parts,), LOOK)
        try:
            return self._parts.result(0)
        except TimeoutError:
            detail = "The database is still being opened."
        except Exception as error:  # noqa: BLE001 -- whatever it is, the person is told
            detail = str(error)
        raise UnavailableError(detail, "Retry in a moment; if it stays so, see the log of `api`.")

    def _load(self) -> None:
        try:
            from app.bootstrap import assemble

            parts = self._persist(lambda: assemble(self._settings, self.hub))
        except Exception as error:  # `/ready` and every request tell it
            log.exception("The backend cannot start its work.")
            self._parts.set_exception(error)
            return
        if parts is None:
            return
        self._parts.set_result(parts)
        try:
            self._persist(parts.engine.launch)
            if not self._stopping.is_set():
                parts.desk.staging.sweep(parts.desk.store.ids)
                parts.desk.work.pool.warm()
        except Exception as error:
            log.exception("The download engine cannot start.")
            self._launched.set_exception(error)
            return
        self._launched.set_result(None)

    def _persist(self, act: Callable[[], T]) -> T | None:
        """Do what needs a database, again and again while that cannot be used."""
        while not self._stopping.is_set():
            try:
                done = act()
            except Problem as problem:
                if str(problem) != str(self._trouble):
                    log.error("%s", problem)  # noqa: TRY400 -- a sentence
                self._trouble = problem
                self._stopping.wait(RETRY)
            else:
                self._trouble = None
                return done
        return None
