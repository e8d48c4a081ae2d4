"""What one process does about what the others tell: pass it on, and let go of what was stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.models import Download
from events.bus import Bus

if TYPE_CHECKING:
    from engine.scheduler import Engine
    from events.hub import Hub
    from store.store import Store
    from work.executor import Work


class Hearing:
    """Ties the bus to this process's listeners, work and queue."""

    def __init__(self, url: str, store: Store, work: Work, engine: Engine, hub: Hub) -> None:
        self._store, self._work, self._engine, self._hub = store, work, engine, hub
        self._bus = Bus(url, self._hear, self._look)

    def tell(self, item: str, event: str, data: str) -> None:
        """Tell the listeners of this process, and all other processes."""
        self._hub.publish(item, event, data)
        self._bus.tell(item, event, data)

    def _hear(self, item: str, event: str, data: str | None) -> None:
        told = Download.model_validate_json(data) if event == "download" and data else None
        if told and data and told.state == "running":
            self._keep_progress(told)
            self._hub.publish(item, event, data)
            return
        row = self._store.get(item)  # news may be late: the store decides
        if row is None or row["state"] != "running":
            self._work.interrupt(item)
            self._work.live.pop(item, None)
            self._engine.wake()
        self._work.announce(item, tell=self._hub.publish)

    def _look(self) -> None:
        """Make good what may not have been heard, here and on the event streams."""
        self._engine.wake()
        self._hub.renew()

    def _keep_progress(self, download: Download) -> None:
        """Remember how far another process is, for who asks here."""
        if download.progress and not self._work.has(download.id):
            self._work.live[download.id] = download.progress
