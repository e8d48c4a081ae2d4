"""Looks at each subscription when it is due: one timer, at the next of these moments.

Like downloads, a look is claimed in the store under the name of the lease, so that one of several
processes makes it, and another one takes up what a dead process has begun.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from domain import schedule
from domain.failures import DownloadError, classify
from domain.ids import now, seconds_until
from domain.problems import DatabaseUnavailableError, InvalidError
from domain.subscriptions import Schedule
from store import subscriptions
from work.pool import RunnerDiedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.models import DownloadRequest
    from engine.lease import Lease
    from store.store import Row, Store
    from store.subscriptions import Found
    from work.announcer import Announcer
    from work.looking import Looking

AT_ONCE = 2
"""Looks at a time: each is a process that reads pages."""
MAX_WAIT_SECONDS = 60.0
"""Until the clock is read again: a computer that slept does not tell."""
SHARED_WAIT_SECONDS = 2.0
"""While others look: nobody else takes up what they began, should they die."""
RETRY_SECONDS = 2.0
SOON_SECONDS = 60.0
"""Until a look that was not complete goes on."""

log = logging.getLogger("uvicorn.error")


class Looker:
    """Keeps to the schedules of all subscriptions."""

    def __init__(
        self,
        store: Store,
        lease: Lease,
        looking: Looking,
        announcer: Announcer,
        wake_queue: Callable[[], None],
        *,
        resolve: Callable[[Sequence[DownloadRequest]], list[DownloadRequest]],
        tidy: Callable[[Row], None],
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        """`resolve` fills in what a profile decides; `tidy` removes what a row keeps no longer.

        `tell` is called when something was queued: somebody may want to know.
        """
        self._store, self._lease, self._looking = store, lease, looking
        self._announcer, self._wake_queue = announcer, wake_queue
        self._resolve, self._tidy, self._tell = resolve, tidy, tell
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._room = AT_ONCE
        self._lock = threading.Lock()

    def launch(self) -> None:
        """Begin, in a thread; the lease has been acquired."""
        threading.Thread(target=self._serve, name="subscriptions", daemon=True).start()

    def wake(self) -> None:
        """Look at the schedules now: one was added or changed."""
        self._wake.set()

    def stop(self) -> None:
        """Begin no more; what is under way is taken up by the next process."""
        self._stopping.set()
        self._wake.set()

    def announce(self, item: str) -> None:
        """Tell who listens that a subscription is not what it was."""
        self._announcer.publish(item, "subscription", f'{{"id":"{item}"}}')

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                wait = self._turn()
            except DatabaseUnavailableError:  # the queue says so already
                wait = RETRY_SECONDS
            except Exception:
                log.exception("The subscriptions could not be looked at; trying again.")
                wait = RETRY_SECONDS
            self._wake.wait(wait)

    def _turn(self) -> float:
        """Begin what is due; the seconds until the next turn, if nobody wakes it before."""
        others = set(subscriptions.lookers(self._store)) - {self._lease.executor}
        for looker in self._lease.dead(others):
            for item in subscriptions.release(self._store, looker):
                self.announce(item)
            others.discard(looker)
        longest = SHARED_WAIT_SECONDS if others else MAX_WAIT_SECONDS
        while self._room and not self._stopping.is_set():
            row = subscriptions.claim(self._store, self._lease.executor)
            if row is None:
                due = subscriptions.next_due(self._store)
                return min(longest, max(0.02, seconds_until(due))) if due else longest
            with self._lock:
                self._room -= 1
            name = f"look {row['id']}"
            threading.Thread(target=self._look, args=(row,), name=name, daemon=True).start()
        return longest  # who ends wakes it

    def _look(self, row: Row) -> None:
        """One look from its claim to its end, in a thread of its own."""
        try:
            self.announce(row["id"])
            self._carry_out(row)
            self.announce(row["id"])
            self._tidy(row)
        except RunnerDiedError as died:
            self._died(row, died)
        except DatabaseUnavailableError as problem:
            log.error("The look of %s is put back: %s", row["id"], problem)  # noqa: TRY400 - a sentence
            self._put_back(row)
        except Exception:
            log.exception("The look of %s ended unexpectedly; it is put back.", row["id"])
            self._put_back(row)
        finally:
            with self._lock:
                self._room += 1
            self._wake.set()

    def _carry_out(self, row: Row) -> None:
        item = row["id"]
        try:
            known = subscriptions.seen(self._store, item)
            seen = self._looking.look(row, known, subscriptions.queued(self._store, item))
            found = self._resolved(seen.found)
        except InvalidError as gone:  # its profile
            self._failed(row, DownloadError("profile", gone.detail, gone.fix))
            return
        except (RunnerDiedError, DatabaseUnavailableError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the subscription tells
            self._failed(row, classify(error))
            return
        times = Schedule.model_validate(row["choice"]["schedule"])
        due = schedule.next_look(times, datetime.now(UTC))
        added = subscriptions.finish(
            *(self._store, row, found),
            title=row["title"] or seen.title,
            platform=seen.platform,
            begun=row["begun"] or seen.complete,
            looked=now(),
            due=due if seen.complete else min(due, now(after=SOON_SECONDS)),
            failures=0,
            error=None,
        )
        if added:
            self._announcer.announce(*(one["id"] for one in added))
            self._wake_queue()
            self._tell()

    def _resolved(self, found: list[Found]) -> list[Found]:
        wanted = [one.request for one in found if one.request]
        resolved = iter(self._resolve(wanted))
        return [replace(one, request=next(resolved)) if one.request else one for one in found]

    def _failed(self, row: Row, failure: DownloadError) -> None:
        """Note it; a list that fails again and again is looked at no more (circuit breaker)."""
        failures = row["failures"] + 1
        times = Schedule.model_validate(row["choice"]["schedule"])
        subscriptions.fail(
            *(self._store, row),
            failures=failures,
            error=failure.as_error(),
            looked=now(),
            found=None,
            due=schedule.retry(times, failures, datetime.now(UTC)),
            state="active" if failures < schedule.FAILURES else "stopped",
        )

    def _died(self, row: Row, died: RunnerDiedError) -> None:
        """A runner that ended by itself is a failure; one that ends with the api is none."""
        if self._stopping.is_set():
            return
        self._failed(row, DownloadError("crash", str(died), "Look again.", transient=True))
        self.announce(row["id"])

    def _put_back(self, row: Row) -> None:
        """Let it be due again as soon as the database is there."""
        while not self._stopping.wait(RETRY_SECONDS):
            try:
                subscriptions.fail(self._store, row)
            except DatabaseUnavailableError:
                continue
            return
