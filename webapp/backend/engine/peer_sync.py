"""Handles notifications from other backends: passes events on, drops what was stopped there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.downloads import Download

if TYPE_CHECKING:
    from engine.looker import Looker
    from engine.scheduler import Scheduler
    from events.bus import PgNotifyBus
    from events.hub import EventHub
    from store.store import Store
    from work.announcer import Announcer
    from work.executor import Executor


@dataclass(frozen=True, slots=True)
class PeerSync:
    """Ties the bus to this process's listeners, work and queue."""

    bus: PgNotifyBus
    hub: EventHub
    store: Store
    announcer: Announcer
    executor: Executor
    scheduler: Scheduler
    looker: Looker

    def start(self) -> None:
        """Begin to follow the others."""
        self.bus.listen(self._on_message, self._on_connect, self.scheduler.wake)

    def _on_message(self, item: str, event: str, data: str | None) -> None:
        if event == "subscription":
            self.hub.publish(item, event, data or "{}")
            self.looker.wake()
            return
        told = Download.model_validate_json(data) if event == "download" and data else None
        if told and data and told.state == "running":
            self._keep_progress(told)
            self.hub.publish(item, event, data)
            return
        row = self.store.get(item)  # news may be late: the store decides
        if row is None or row["state"] != "running":
            self.executor.interrupt(item)
            self.executor.drop_staged(item)
            self.scheduler.wake()
        self.announcer.announce(item, publish=self.hub.publish)

    def _on_connect(self) -> None:
        """Make good what may not have been heard, here and on the event streams."""
        self.scheduler.wake()
        self.hub.resync()

    def _keep_progress(self, download: Download) -> None:
        """Remember how far another process is, for who asks here."""
        if download.progress and not self.executor.has(download.id):
            self.announcer.live[download.id] = download.progress
