"""Takes from the queue what there is room for, and runs each download in a thread.

The store is the queue: a row that runs names the process that works on it. What a process leaves
behind, however it ended, goes back to its place in the queue and is claimed like any other; its
files are in staging, from where the next one goes on. See docs/decisions/0023.

Nothing is polled for speed: what is added or changed wakes the loop, by an event here and by NOTIFY
from other processes. It looks by itself only for what nobody can announce: processes that died.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from domain.ids import seconds_until
from domain.problems import DatabaseUnavailableError, UnavailableError
from engine.watchdog import Watchdog
from store.database_errors import worked_on
from work.executor import StoppingError

if TYPE_CHECKING:
    from domain.problems import Problem
    from engine.lease import Lease
    from settings import Settings
    from store.store import Row, Store
    from work.executor import Executor

MIN_WAIT_SECONDS, MAX_WAIT_SECONDS = 0.02, 5.0
SHARED_WAIT_SECONDS = 1.0
"""Seconds between two looks for dead processes; half of what a takeover takes."""
RETRY_SECONDS = 1.0
LEASE_POLL_SECONDS = 0.05
HANDOVER_SECONDS = 6.0
"""In which nobody is told that another backend works here: one that was told to leave at a restart
has five seconds to answer everybody (--timeout-graceful-shutdown in Procfile)."""

log = logging.getLogger("uvicorn.error")


class Scheduler:
    """Keeps up to `concurrency` downloads running."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        executor: Executor,
        lease: Lease,
        watchdog: Watchdog | None = None,
    ) -> None:
        self._settings, self._store, self._executor, self._lease = settings, store, executor, lease
        self._watchdog = watchdog or Watchdog()
        self._running: set[tuple[str, int]] = set()
        # Claimed and not begun (None), or ended for a reason that could not be noted.
        self._orphaned: dict[tuple[str, int], Exception | None] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._no_room = False
        self.problem: Problem | None = None
        """Why the queue is not served now; None while it is."""

    def launch(self) -> None:
        """Wait until this process may work on the database (lease.py), then serve the queue.

        What dead processes left is queued again first.

        Raises:
            DatabaseUnavailableError: when the database cannot be used; call it again later.

        """
        begun = time.monotonic()
        while not self._lease.acquire():
            if time.monotonic() - begun > HANDOVER_SECONDS:
                self._met(worked_on(self._store.name))
            if self._stopping.wait(LEASE_POLL_SECONDS):
                return
        self._solved()
        self._reconcile()
        self._watchdog.start()
        threading.Thread(target=self._serve, name="queue", daemon=True).start()

    @property
    def running(self) -> int:
        """How many downloads run in this process."""
        with self._lock:
            return len(self._running)

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

    def doubt(self, problem: DatabaseUnavailableError) -> None:
        """Open the database anew: somebody could not use it, which an idle queue does not notice.

        Until that has succeeded, nobody is told that downloads run.
        """
        self._met(problem)
        self._wake.set()

    def stop(self) -> None:
        """Start nothing more."""
        self._stopping.set()
        self._wake.set()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._watchdog.beat()
            self._wake.clear()
            self._no_room = False  # what is added from now on may have been missed below
            try:
                wait = self._turn()
                self._solved()
            except DatabaseUnavailableError as problem:
                self._met(problem)
                wait = RETRY_SECONDS
            except Exception as error:
                log.exception("The queue could not be served; trying again.")
                self.problem = UnavailableError(
                    f"The queue could not be served: {error}.",
                    "It retries automatically; the log of `api` has the details.",
                    kind="queue-not-served",
                    why=error,
                )
                wait = RETRY_SECONDS
            self._wake.wait(wait)

    def _turn(self) -> float:
        """Do what there is to do; the seconds until the next turn, if nobody wakes it before."""
        if self.problem:
            self._store.open()  # the tables may have gone with a database that was replaced
        if not self._lease.held() and not self._renew_lease():
            raise worked_on(self._store.name)
        self._reconcile()
        self._settle_orphaned()
        self._no_room = self.fill()
        return self._longest_wait if self._no_room else self._until_due()

    def _met(self, problem: Problem) -> None:
        if str(problem) != str(self.problem):
            log.error("The queue waits: %s", problem)
        self.problem = problem

    def _solved(self) -> None:
        if self.problem:
            log.warning("The queue is served again.")
        self.problem = None

    def _renew_lease(self) -> bool:
        """Stop all that runs here, as others may go on with it, and work under a new name."""
        if self._executor.interrupt_all():
            log.warning("The lease was lost: downloads are stopped here and queued again.")
        return self._lease.acquire()

    def _reconcile(self) -> None:
        """Have the store and this process agree on what runs here, and queue what the dead left.

        What others stopped or took over is interrupted. What nobody here works on is queued again:
        it was claimed, and the answer went with its connection; or an earlier start of it came so
        late that it ended the runner of this one.
        """
        executors = self._store.executors()
        queued: list[Row | None] = []
        for executor in self._lease.dead(executors):
            queued += self._store.requeue_running(executor)
        with self._lock:
            here = set(self._running)
        if here or self._lease.executor in executors:
            known = self._store.running(self._lease.executor)
            for item in {item for item, _ in here} - {item for item, _ in known}:
                self._executor.interrupt(item)
            lost = known - here - self._orphaned.keys()
            queued += [self._store.report(item, run, state="queued") for item, run in lost]
        for row in filter(None, queued):
            self._executor.announcer.announce(row["id"])

    def fill(self) -> bool:
        """Start what there is room for; whether there is none for more."""
        concurrency, paused = self.limits()
        while not (self._stopping.is_set() or paused) and self._taken < concurrency:
            row = self._store.claim(self._lease.executor)
            if row is None:
                return False
            self._orphaned[row["id"], row["run"]] = None
            # Who paused everything between the look and the claim did not see this one run.
            concurrency, paused = self.limits()
            if not paused:
                self._start(row)
        self._settle_orphaned()
        return True

    @property
    def _taken(self) -> int:
        """How many rows name this process: what runs, and what could not be put back yet."""
        with self._lock:
            return len(self._running.union(self._orphaned))

    def _settle_orphaned(self) -> None:
        """Note how those ended that could not say so; queue again what never began."""
        for (item, run), error in list(self._orphaned.items()):
            if error:
                self._executor.give_up(item, run, error)
                # It may have ended, with nobody told of it and nothing cleared away.
                self._executor.leftovers.see_to(item)
                self._executor.announcer.announce(item)
            elif self._store.report(item, run, state="queued"):
                self._executor.announcer.announce(item)
            del self._orphaned[item, run]

    def _start(self, row: Row) -> None:
        item, run = row["id"], row["run"]
        with self._lock:
            self._running.add((item, run))
        try:
            self._executor.announcer.announce(item)
            del self._orphaned[item, run]
            threading.Thread(
                target=self._download, args=(item, run), name=f"download {item}", daemon=True
            ).start()
        except Exception:
            self._orphaned[item, run] = None
            self._ended(item, run)
            raise

    def _download(self, item: str, run: int) -> None:
        """One download from its claim to its end, in a thread of its own."""
        try:
            result = self._executor.fetch(item, run)
            if result is not None:
                self._executor.finish(item, run, result)
        except StoppingError:  # the next process goes on with it
            pass
        except DatabaseUnavailableError as problem:
            log.error("Download %s is put back: %s", item, problem)  # noqa: TRY400 - a sentence
            self._orphaned[item, run] = problem
        except Exception as error:
            log.exception("Download %s ended unexpectedly.", item)
            self._give_up(item, run, error)
        finally:
            self._ended(item, run)

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
        self._wake.set()
