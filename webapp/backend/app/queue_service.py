"""The queue as a whole: how it stands, how many run at once, and whether any do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.queue import BlockedHost, Leftover, QueueState
from store.view import view

if TYPE_CHECKING:
    from domain.queue import QueueChange
    from engine.scheduler import Scheduler
    from store.store import Store
    from work.announcer import Announcer
    from work.executor import Executor


@dataclass(frozen=True, slots=True)
class QueueService:
    """Tells and changes what holds for all downloads; safe to use from any thread."""

    store: Store
    announcer: Announcer
    executor: Executor
    scheduler: Scheduler

    def state(self) -> QueueState:
        """The queue as a whole."""
        counts = self.store.counts()
        concurrency, paused = self.scheduler.limits()
        return QueueState(
            concurrency=concurrency,
            paused=paused,
            running=counts.get("running", 0),
            queued=counts.get("queued", 0),
            disk_free=self.executor.disk.free(),
            hosts=[BlockedHost(**row) for row in self.store.blocked_hosts()],
        )

    def change(self, change: QueueChange) -> QueueState:
        """Set how many run at once; pause or go on with everything."""
        if change.concurrency is not None:
            self.store.set_control("concurrency", change.concurrency)
        if change.paused is not None:
            self.store.set_control("paused", change.paused)
        if change.paused:
            stopped = [row["id"] for row in self.store.requeue_running()]
            for item in stopped:
                self.executor.interrupt(item)
            self.announcer.announce(*stopped)
        self.scheduler.wake()
        return self.state()

    def leftovers(self) -> list[Leftover]:
        """What is kept of failed downloads, the largest first."""
        sizes = self.executor.staging.sizes()
        rows = self.store.get_many(list(sizes)).values()
        failed = [view(row) for row in rows if row["state"] == "failed"]
        found = [Leftover(id=d.id, title=d.title, url=d.url, bytes=sizes[d.id]) for d in failed]
        return sorted((one for one in found if one.bytes), key=lambda one: -one.bytes)

    def clear_leftovers(self, item: str | None = None) -> None:
        """Remove what is kept of a failed download, or of all; a retry begins anew then."""
        for leftover in self.leftovers():
            if item in {None, leftover.id}:
                self.executor.staging.discard(leftover.id)
