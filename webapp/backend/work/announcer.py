"""Tells listeners what downloads are now: the event streams here, and other processes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.actions import UNFINISHED
from store.view import view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.models import Download, DownloadRequest, Progress
    from store.store import Row, Store

Publish = Callable[[str, str, str], object]
"""Called with (item, event, JSON)."""


@dataclass(slots=True)
class Announcer:
    """One announcement at a time: what is published last is the latest."""

    store: Store
    publish: Publish
    live: dict[str, Progress] = field(default_factory=dict)
    """How far unfinished downloads are, by id; nothing else knows."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, requests: Sequence[DownloadRequest]) -> list[Download]:
        """Queue downloads and announce them.

        They are not looked up for it: nobody can have published anything later of them yet.
        """
        with self._lock:
            return [self._publish(row, self.publish) for row in self.store.add(requests)]

    def announce(self, *items: str, publish: Publish | None = None) -> None:
        """Look downloads up, and publish what they are now, or that they are gone."""
        publish = publish or self.publish
        with self._lock:
            rows = self.store.get_many(items)
            for item in items:
                if row := rows.get(item):
                    self._publish(row, publish)
                else:
                    self.live.pop(item, None)
                    publish(item, "removed", json.dumps({"id": item}))

    def progress(self, row: Row, *, still: Callable[[], bool]) -> None:
        """Publish how far a running download is, if at that moment it is `still` running."""
        with self._lock:
            if still():
                self._publish(row, self.publish)

    def _publish(self, row: Row, publish: Publish) -> Download:
        if row["state"] not in UNFINISHED:
            self.live.pop(row["id"], None)
        download = view(row, self.live.get(row["id"]))
        publish(download.id, "download", download.model_dump_json())
        return download
