"""Tells listeners what downloads are now: the event streams here, and other processes."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from domain.actions import UNFINISHED
from store.view import view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.downloads import Download, Progress
    from domain.requests import DownloadRequest
    from store.store import Row, Store

Publish = Callable[[str, str, str], object]
"""Called with (item, event, JSON)."""


@dataclass(frozen=True, slots=True)
class _Addition:
    """Downloads that are to be queued, and what becomes of them."""

    requests: Sequence[DownloadRequest]
    done: Future[list[Download]] = field(default_factory=Future)


@dataclass(slots=True)
class Announcer:
    """One announcement at a time: what is published last is the latest."""

    store: Store
    publish: Publish
    live: dict[str, Progress] = field(default_factory=dict)
    """How far unfinished downloads are, by id; nothing else knows."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _additions: deque[_Addition] = field(default_factory=deque)

    def add(self, requests: Sequence[DownloadRequest]) -> list[Download]:
        """Queue downloads and announce them.

        They are not looked up for it: nobody can have published anything later of them yet. Who
        comes while others are being written to the disk is written together with the next.
        """
        addition = _Addition(requests)
        self._additions.append(addition)
        with self._lock:
            if not addition.done.done():
                self._add_all()
        return addition.done.result()

    def _add_all(self) -> None:
        """Add everything that waits, in one transaction (group commit)."""
        # One by one: whoever adds its own at this moment is in this transaction or in the next.
        waiting = [self._additions.popleft() for _ in range(len(self._additions))]
        try:
            rows = iter(self.store.add([r for addition in waiting for r in addition.requests]))
            for addition in waiting:
                mine = islice(rows, len(addition.requests))
                addition.done.set_result([self._publish(row, self.publish) for row in mine])
        except Exception as error:  # noqa: BLE001 - each of them is told
            for addition in waiting:
                if not addition.done.done():
                    addition.done.set_exception(error)

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
