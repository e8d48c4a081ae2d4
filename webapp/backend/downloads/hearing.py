"""What one process does about what the others tell: pass it on, and let go of what was stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from downloads.bus import Bus
from downloads.models import Download

if TYPE_CHECKING:
    from collections.abc import Callable

    from downloads.engine import Engine
    from downloads.store import Store
    from downloads.work import Work


class Hearing:
    """Ties the bus to this process's listeners, work and queue."""

    def __init__(
        self,
        url: str,
        store: Store,
        work: Work,
        engine: Engine,
        here: Callable[[str, str, str], None],
    ) -> None:
        self._store, self._work, self._engine, self._here = store, work, engine, here
        self._bus = Bus(url, self._hear)

    def tell(self, item: str, event: str, data: str) -> None:
        """Tell the listeners of this process, and all other processes."""
        self._here(item, event, data)
        self._bus.tell(item, event, data)

    def _hear(self, item: str, event: str, data: str | None) -> None:
        told = Download.model_validate_json(data) if event == "download" and data else None
        if told and data and told.state == "running":
            self._keep_progress(told)
            self._here(item, event, data)
            return
        row = self._store.get(item)  # news may be late: the store decides
        if row is None or row["state"] != "running":
            self._work.interrupt(item)
            self._work.live.pop(item, None)
            self._engine.wake()
        self._work.announce(item, tell=self._here)

    def _keep_progress(self, download: Download) -> None:
        """Remember how far another process is, for who asks here."""
        if download.progress and not self._work.has(download.id):
            self._work.live[download.id] = download.progress
