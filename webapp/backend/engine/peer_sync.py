"""Handles notifications from other backends: passes events on, drops what was stopped there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.models import Download
from events.bus import PgNotifyBus

if TYPE_CHECKING:
    from engine.scheduler import Scheduler
    from events.hub import EventHub
    from store.store import Store
    from work.executor import Executor


class PeerSync:
    """Ties the bus to this process's listeners, work and queue."""

    def __init__(
        self, url: str, store: Store, executor: Executor, scheduler: Scheduler, hub: EventHub
    ) -> None:
        self._store, self._executor, self._scheduler, self._hub = store, executor, scheduler, hub
        self._bus = PgNotifyBus(url, self._on_message, self._on_connect)

    def publish(self, item: str, event: str, data: str) -> None:
        """Publish to this process's listeners and to all other processes."""
        self._hub.publish(item, event, data)
        self._bus.publish(item, event, data)

    def _on_message(self, item: str, event: str, data: str | None) -> None:
        told = Download.model_validate_json(data) if event == "download" and data else None
        if told and data and told.state == "running":
            self._keep_progress(told)
            self._hub.publish(item, event, data)
            return
        row = self._store.get(item)  # news may be late: the store decides
        if row is None or row["state"] != "running":
            self._executor.interrupt(item)
            self._executor.live.pop(item, None)
            self._scheduler.wake()
        self._executor.announce(item, publish=self._hub.publish)

    def _on_connect(self) -> None:
        """Make good what may not have been heard, here and on the event streams."""
        self._scheduler.wake()
        self._hub.resync()

    def _keep_progress(self, download: Download) -> None:
        """Remember how far another process is, for who asks here."""
        if download.progress and not self._executor.has(download.id):
            self._executor.live[download.id] = download.progress
