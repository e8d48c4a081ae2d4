"""Checks each subscription when it is due, in one process at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from domain import schedule
from domain.failures import DownloadError, classify
from domain.ids import now
from domain.problems import DatabaseUnavailableError, InvalidError
from domain.subscriptions import Schedule
from engine.claimer import Claimer
from store import subscriptions
from work.pool import RunnerDiedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.requests import DownloadRequest
    from engine.lease import Lease
    from store.store import Row, Store
    from store.subscriptions import Found
    from work.announcer import Announcer
    from work.looking import Looking

SOON_SECONDS = 60.0
"""Until a look that was not complete goes on."""


class Looker(Claimer):
    """Follows the schedules of all subscriptions."""

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

        `tell` is called when something was queued, for those who are notified of it.
        """
        super().__init__("subscriptions", "The subscriptions could not be looked at", "look", lease)
        self._store, self._looking = store, looking
        self._announcer, self._wake_queue = announcer, wake_queue
        self._resolve, self._tidy, self._tell = resolve, tidy, tell

    def announce(self, item: str) -> None:
        """Publish that a subscription has changed."""
        self._announcer.publish(item, "subscription", f'{{"id":"{item}"}}')

    def _holders(self) -> list[str]:
        return subscriptions.lookers(self._store)

    def _release(self, name: str) -> None:
        for item in subscriptions.release(self._store, name):
            self.announce(item)

    def _claim(self, name: str) -> Row | None:
        return subscriptions.claim(self._store, name)

    def _next_due(self) -> str | None:
        return subscriptions.next_due(self._store)

    def _called(self, row: Row) -> str:
        return f"The look of {row['id']}"

    def _work(self, row: Row) -> None:
        try:
            self.announce(row["id"])
            self._carry_out(row)
            self.announce(row["id"])
            self._tidy(row)
        except RunnerDiedError as died:
            self._died(row, died)

    def _give_back(self, row: Row) -> None:
        subscriptions.fail(self._store, row)

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
