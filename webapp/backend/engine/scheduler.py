"""The engine: what is under way, durably, over DBOS. The only file that imports it.

The store is the queue; the engine takes from it what there is room for and runs it as a durable
workflow of two steps, fetch and publish. What a process leaves behind goes back to its place in the
queue, and whoever has room goes on with it where its files are. DBOS itself would hand it to any
process, room or not: each process has a name of its own at each start, so that DBOS finds nothing
to recover. It is told what else its defaults get wrong here: a fixed application version (the
default changes with the source), a journal in WAL mode.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

from domain.ids import seconds_until
from domain.problems import DatabaseUnavailableError
from store import sqlite_clock
from store.database_errors import explain
from store.urls import sibling_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from dbos import DBOSConfig

    from engine.lease import Lease
    from settings import Settings
    from store.store import Row, Store
    from work.executor import Executor

NAME, VERSION = "media-downloader", "1"
ENDED_KEPT = 100
"""Downloads between two clearings of DBOS's own tables."""
MIN_WAIT_SECONDS, MAX_WAIT_SECONDS = 0.02, 5.0
SHARED_WAIT_SECONDS = 1.0
"""Seconds between two looks for dead processes; half of what a takeover takes."""
RETRY_SECONDS = 1.0

log = logging.getLogger("uvicorn.error")


class Scheduler:
    """Keeps up to `concurrency` downloads running."""

    def __init__(self, settings: Settings, store: Store, executor: Executor, lease: Lease) -> None:
        self._settings, self._store, self._executor, self._lease = settings, store, executor, lease
        self._running: set[tuple[str, int]] = set()
        # Claimed and not begun (None), or ended for a reason that could not be noted.
        self._orphaned: dict[tuple[str, int], Exception | None] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._start: Callable[[str, int], None] = _not_launched
        self._tidy: Callable[[], None] = lambda: None
        self._ended_since = ENDED_KEPT
        self._no_room = False

    def launch(self) -> None:
        """Import and start DBOS, then serve the queue; takes a second.

        It waits until this process may work on the database: see lease.py. What dead processes
        left is queued again first, its own former self's too.

        Raises:
            DatabaseUnavailableError: when DBOS's own database cannot be used; call it again later.

        """
        from dbos import DBOS

        self._lease.acquire(self._stopping)
        if self._stopping.is_set():
            return
        self._requeue_what_the_dead_left()
        if not self._settings.distributed:
            _prepare(self._beside())
        sqlite_clock.provide()
        DBOS(config=self._config())
        self._start = self._define(DBOS)
        DBOS.launch()
        self._tidy = lambda: _forget_ended(DBOS, self._lease)
        threading.Thread(target=self._serve, name="queue", daemon=True).start()

    def limits(self) -> tuple[int, bool]:
        """How many may run at once, and whether nothing may: as set while running, or at all."""
        chosen = self._store.controls()
        concurrency = chosen.get("concurrency") or self._settings.concurrency
        return int(concurrency), bool(chosen.get("paused"))

    def wake(self) -> None:
        """Look at the queue now: something in it, or how many may run, has changed."""
        self._wake.set()

    def notify_added(self) -> None:
        """Look at the queue if there is room: something was added.

        While there is none, a thousand links need not be looked at a thousand times: the end of
        what runs, and every change of the limits, wakes anyway.
        """
        if not self._no_room:
            self._wake.set()

    def stop(self) -> None:
        """Start nothing more."""
        self._stopping.set()
        self._wake.set()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            self._no_room = False  # what is added from now on may have been missed below
            try:
                if self._settings.distributed:
                    self._take_over()
                self._settle_orphaned()
                self._no_room = self.fill()
                if self._ended_since >= ENDED_KEPT:
                    self._ended_since = 0
                    self._tidy()
                wait = self._longest_wait if self._no_room else self._until_due()
            except DatabaseUnavailableError as problem:
                log.error("The queue waits: %s", problem)  # noqa: TRY400 -- a sentence
                wait = RETRY_SECONDS
            except Exception:
                log.exception("The queue could not be served; it is tried again.")
                wait = RETRY_SECONDS
            self._wake.wait(wait)

    def _take_over(self) -> None:
        """Queue again what dead processes were working on; let go of what is not ours any more.

        End, if this one counts as dead.
        """
        if not self._lease.held():
            log.error("The lease was lost: others go on with this process's downloads. It ends.")
            os.kill(os.getpid(), signal.SIGTERM)
            self._stopping.set()
            return
        self._requeue_what_the_dead_left()
        self._drop_lost_runs()

    def _drop_lost_runs(self) -> None:
        """Interrupt what others stopped or took over, and this process did not hear of."""
        with self._lock:
            here = {item for item, _ in self._running}
        for item in here - self._store.running(self._lease.executor):
            self._executor.interrupt(item)

    def _requeue_what_the_dead_left(self) -> None:
        for executor in self._lease.dead(self._store.executors()):
            for row in self._store.requeue_running(executor):
                self._executor.announcer.announce(row["id"])

    def fill(self) -> bool:
        """Start what there is room for; whether there is none for more."""
        concurrency, paused = self.limits()
        while not (self._stopping.is_set() or paused) and len(self._running) < concurrency:
            row = self._store.claim(self._lease.executor)
            if row is None:
                return False
            self._orphaned[row["id"], row["run"]] = None
            # Who paused everything between the look and the claim did not see this one run.
            concurrency, paused = self.limits()
            if not paused:
                self._run(row)
        self._settle_orphaned()
        return True

    def _settle_orphaned(self) -> None:
        """Note how those ended that could not say so; queue again what never began."""
        for (item, run), error in list(self._orphaned.items()):
            if error:
                self._executor.give_up(item, run, error)
            elif self._store.report(item, run, state="queued"):
                self._executor.announcer.announce(item)
            del self._orphaned[item, run]

    def _run(self, row: Row) -> None:
        item, run = row["id"], row["run"]
        with self._lock:
            self._running.add((item, run))
        try:
            self._executor.announcer.announce(item)
            del self._orphaned[item, run]
            self._start(item, run)
        except Exception:
            self._orphaned[item, run] = None
            self._ended(item, run)
            raise

    def _until_due(self) -> float:
        """Seconds until the queue should be looked at again, if nobody wakes it."""
        due = self._store.next_due()
        longest = self._longest_wait
        return min(longest, max(MIN_WAIT_SECONDS, seconds_until(due))) if due else longest

    @property
    def _longest_wait(self) -> float:
        return SHARED_WAIT_SECONDS if self._settings.distributed else MAX_WAIT_SECONDS

    def _give_up(self, item: str, run: int, error: Exception) -> None:
        try:
            self._executor.give_up(item, run, error)
        except DatabaseUnavailableError:
            self._orphaned[item, run] = error

    def _ended(self, item: str, run: int) -> None:
        with self._lock:
            self._running.discard((item, run))
            self._ended_since += 1
        self._wake.set()

    def _define(self, dbos: Any) -> Callable[[str, int], None]:  # noqa: ANN401 -- a class
        """Register the workflow; return what starts it."""

        @dbos.step(name="fetch")  # type: ignore[untyped-decorator]
        def fetch(item: str, run: int) -> dict[str, Any] | None:
            return self._executor.fetch(item, run)

        @dbos.step(name="publish")  # type: ignore[untyped-decorator]
        def finish(item: str, run: int, result: dict[str, Any]) -> None:
            self._executor.finish(item, run, result)

        @dbos.workflow(name="download")  # type: ignore[untyped-decorator]
        def download(item: str, run: int) -> None:
            try:
                result = fetch(item, run)
                if result is not None:
                    finish(item, run, result)
            except DatabaseUnavailableError as problem:
                log.error("Download %s is put back: %s", item, problem)  # noqa: TRY400 -- a sentence
                self._orphaned[item, run] = problem
            except Exception as error:
                log.exception("Download %s ended unexpectedly.", item)
                self._give_up(item, run, error)
            finally:
                self._ended(item, run)

        return lambda item, run: dbos.start_workflow(download, item, run)

    def _config(self) -> DBOSConfig:
        return {
            "name": NAME,
            "application_version": VERSION,
            "executor_id": self._lease.executor,
            "system_database_url": self._system_url(),
            "log_level": "WARNING",
            "enable_otlp": False,
        }

    def _system_url(self) -> str:
        if self._settings.distributed:
            return self._settings.database_url
        return f"sqlite:///{self._beside()}"

    def _beside(self) -> str:
        """DBOS's own SQLite database, beside ours."""
        return sibling_path(self._settings.database_url, "engine.db")


def _prepare(file: str) -> None:
    """Set DBOS's SQLite database up, and make sure that it can be used.

    Raises:
        DatabaseUnavailableError: when it cannot.

    """
    try:
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        raise explain(file, error) from error


def _forget_ended(dbos: Any, lease: Lease) -> None:  # noqa: ANN401 -- a class
    """Delete DBOS's records of what has ended or died: the store has what is worth knowing."""

    def records(*status: str) -> Any:  # noqa: ANN401 -- DBOS's
        return dbos.list_workflows(
            status=list(status), limit=1000, load_input=False, load_output=False
        )

    begun = records("PENDING", "ENQUEUED")
    dead = lease.dead({str(workflow.executor_id) for workflow in begun})
    over = [workflow for workflow in begun if workflow.executor_id in dead]
    over += records("SUCCESS", "ERROR", "CANCELLED")
    if over:
        dbos.delete_workflows([workflow.workflow_id for workflow in over])


def _not_launched(_: str, __: int) -> None:
    raise RuntimeError("The engine has not been launched.")
