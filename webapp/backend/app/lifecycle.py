"""Loads store and scheduler in the background while the server already answers.

Nothing heavy is imported here: SQLAlchemy comes in a thread. A request that needs the store waits
for it, not for the scheduler. What fails is tried again until it succeeds: a full disk, an absent
server, used up descriptors all pass, and nobody should have to restart anything for it.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Literal, TypeVar

from domain.problems import DatabaseUnavailableError, Problem, UnavailableError

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
"""Seconds until what failed is tried again."""

T = TypeVar("T")
State = Literal["warming", "waiting", "ready"]
log = logging.getLogger("uvicorn.error")


class Lifecycle:
    """The download service of one backend process."""

    def __init__(self, settings: Settings, hub: EventHub) -> None:
        self._settings, self.hub = settings, hub
        self._container: Future[Container] = Future()
        self._launched = threading.Event()
        self._problem: Problem | None = None
        self._stopping = threading.Event()
        self.previews: set[PreviewHandle] = set()

    def start(self) -> None:
        """Begin to load, and return at once."""
        threading.Thread(target=self._load, name="load", daemon=True).start()

    def end_requests(self) -> None:
        """Let go of the requests that would otherwise last: the server waits for them."""
        self._stopping.set()
        self.hub.close()
        for handle in list(self.previews):
            handle.drop()

    def stop(self) -> None:
        """End at once: what is under way is taken up by the next process."""
        self._stopping.set()
        if self._container.done():
            container = self._container.result()
            container.scheduler.stop()
            container.looker.stop()
            container.importer.stop()
            container.notifier.stop()
            container.sweeper.stop()
            container.downloads.executor.stop()

    def readiness(self) -> tuple[State, Problem | None]:
        """Whether downloads run; if not, what is waited for."""
        problem = self._problem
        if self._container.done():
            container = self._container.result()
            problem = problem or container.scheduler.problem
            if container.media.doubtful:
                threading.Thread(target=container.media.prepare, daemon=True).start()
            if fault := container.media.fault:
                problem = UnavailableError(
                    fault.sentence, fault.fix, kind=fault.kind, **fault.values
                )
        if problem:
            return "waiting", problem
        return ("ready", None) if self._launched.is_set() else ("warming", _opening())

    def running(self) -> int:
        """How many downloads run here, which a restart interrupts."""
        return self._container.result().scheduler.running if self._launched.is_set() else 0

    def doubt(self, problem: DatabaseUnavailableError) -> None:
        """Have the database looked at again: a request has met this problem with it."""
        if self._launched.is_set():
            self._container.result().scheduler.doubt(problem)

    def container(self) -> Container:
        """What has been loaded; waits for it, unless it is known that this would be in vain.

        Raises:
            UnavailableError: when it is not there in time.

        """
        deadline = time.monotonic() + MAX_WAIT_SECONDS
        while not self._container.done() and time.monotonic() < deadline:
            if self._problem:
                raise UnavailableError(
                    self._problem.detail,
                    self._problem.fix,
                    kind=self._problem.kind,
                    **self._problem.values,
                )
            if self._stopping.is_set():
                raise UnavailableError(
                    "The backend is shutting down.", "Send it again.", kind="shutting-down"
                )
            wait((self._container,), POLL_SECONDS)
        if self._container.done():
            return self._container.result()
        raise _opening()

    def _load(self) -> None:
        container = self._retry(self._assemble)
        if container is None:
            return
        self._container.set_result(container)
        downloads = container.downloads
        for act in (
            container.scheduler.launch,
            container.looker.launch,
            container.notifier.launch,
            container.sweeper.launch,
            container.relocator.recover,
            container.importer.launch,
            downloads.executor.pool.warm,
        ):
            self._retry(act)
        if not self._stopping.is_set():
            self._launched.set()

    def _assemble(self) -> Container:
        from app.bootstrap import assemble

        return assemble(self._settings, self.hub)

    def _retry(self, act: Callable[[], T]) -> T | None:
        """Call `act` until it succeeds; None when the server ends before that."""
        while not self._stopping.is_set():
            try:
                done = act()
            except Exception as error:  # noqa: BLE001 - all of it may pass, and is told
                self._met(error)
                self._stopping.wait(RETRY_SECONDS)
            else:
                self._problem = None
                return done
        return None

    def _met(self, error: Exception) -> None:
        problem = error if isinstance(error, Problem) else _unexpected(error)
        if str(problem) != str(self._problem):
            trace = None if isinstance(error, Problem) else error
            log.error("The backend waits: %s", problem, exc_info=trace)
        self._problem = problem


def _unexpected(error: Exception) -> Problem:
    """What to say of an error that no part has words for: a full disk, no descriptors, a bug."""
    why, where = str(error), ""
    if isinstance(error, OSError):
        why = error.strerror or why
        where = f" ({error.filename})" if error.filename else ""
    return UnavailableError(
        f"The backend cannot start its work{where}: {why}.",
        "It retries automatically; the log of `api` has the details.",
        kind="backend-not-ready",
        where=where,
        why=why,
    )


def _opening() -> UnavailableError:
    return UnavailableError(
        "The database is still being opened.",
        "Wait a moment; if it takes long, see the log of `api`.",
        kind="database-opening",
    )
