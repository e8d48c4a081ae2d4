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

    from app.bootstrap import Container
    from app.previews import PreviewHandle
    from events.hub import EventHub
    from settings import Settings

MAX_WAIT_SECONDS = 30.0
"""Seconds that a request waits for the store."""
POLL_SECONDS = 0.2
"""Seconds between two checks whether the store will not come."""
RETRY_SECONDS = 2.0
"""Seconds until a database that could not be used is tried again."""

T = TypeVar("T")
log = logging.getLogger("uvicorn.error")


class Lifecycle:
    """The download service of one api process."""

    def __init__(self, settings: Settings, hub: EventHub) -> None:
        self._settings, self.hub = settings, hub
        self._container: Future[Container] = Future()
        self._launched: Future[None] = Future()
        self._problem: Problem | None = None
        self._stopping = threading.Event()
        self.previews: set[PreviewHandle] = set()

    def start(self) -> None:
        """Begin to load, and return at once."""
        threading.Thread(target=self._load, name="load", daemon=True).start()

    def end_requests(self) -> None:
        """Let go of the requests that would otherwise last: the server waits for them."""
        self.hub.close()
        for handle in list(self.previews):
            handle.drop()

    def stop(self) -> None:
        """End at once: what is under way is taken up by the next process."""
        self._stopping.set()
        if self._container.done() and not self._container.exception():
            container = self._container.result()
            container.scheduler.stop()
            container.downloads.executor.stop()

    def readiness(self) -> tuple[Literal["warming", "ready", "failed"], str | None]:
        """The engine's state, and what is wrong if it failed."""
        for future in (self._container, self._launched):
            if not future.done():
                return ("failed", str(self._problem)) if self._problem else ("warming", None)
            if error := future.exception():
                return "failed", str(error)
        if fault := self._container.result().media.fault:
            threading.Thread(target=self._container.result().media.prepare, daemon=True).start()
            return "failed", f"{fault.sentence} {fault.fix}"
        return "ready", None

    def container(self) -> Container:
        """What has been loaded; waits for it, unless it is known that this would be in vain.

        Raises:
            UnavailableError: when it cannot be loaded.

        """
        deadline = time.monotonic() + MAX_WAIT_SECONDS
        while not self._container.done() and time.monotonic() < deadline:
            if self._problem:
                raise UnavailableError(self._problem.detail, self._problem.fix)
            wait((self._container,), POLL_SECONDS)
        try:
            return self._container.result(0)
        except TimeoutError:
            detail = "The database is still being opened."
        except Exception as error:  # noqa: BLE001 -- whatever it is, the person is told
            detail = str(error)
        raise UnavailableError(detail, "Retry in a moment; if it stays so, see the log of `api`.")

    def _load(self) -> None:
        try:
            from app.bootstrap import assemble

            container = self._retry(lambda: assemble(self._settings, self.hub))
        except Exception as error:  # `/ready` and every request tell it
            log.exception("The backend cannot start its work.")
            self._container.set_exception(error)
            return
        if container is None:
            return
        self._container.set_result(container)
        try:
            self._retry(container.scheduler.launch)
            if not self._stopping.is_set():
                container.downloads.staging.sweep(container.downloads.store.ids)
                container.downloads.executor.pool.warm()
        except Exception as error:
            log.exception("The download engine cannot start.")
            self._launched.set_exception(error)
            return
        self._launched.set_result(None)

    def _retry(self, act: Callable[[], T]) -> T | None:
        """Do what needs a database, again and again while that cannot be used."""
        while not self._stopping.is_set():
            try:
                done = act()
            except Problem as problem:
                if str(problem) != str(self._problem):
                    log.error("%s", problem)  # noqa: TRY400 -- a sentence
                self._problem = problem
                self._stopping.wait(RETRY_SECONDS)
            else:
                self._problem = None
                return done
        return None
