"""Looks every second for a service that has stopped taking connections."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from ..config.current import CurrentConfig
from ..core.cause import Cause
from ..core.lasting import every
from ..core.snapshot import ServiceView, Snapshot
from ..health import liveness, probe
from ..health.hang_detector import HangDetector
from ..net import accept_queue


class HangWatch:
    """Follows the snapshots; `hung` is called with the name of a service and what is wrong."""

    def __init__(
        self,
        current: CurrentConfig,
        find: Callable[[int], socket.socket | None],
        *,
        is_attached: Callable[[str], bool],
        tail: Callable[[str, int], Sequence[str]],
        report: Callable[[str], None],
        hung: Callable[[str, Cause], None],
    ) -> None:
        """`find` gives the listening socket that the guard has of a port."""
        self._current = current
        self._find = find
        self._hung = hung
        self._views: Sequence[ServiceView] = ()
        self._lengths: dict[int, int] | None = None
        self._detector = HangDetector(
            queue_length=self._queue_length,
            ask=self._ask,
            is_attached=is_attached,
            tail=tail,
            report=report,
        )
        every(liveness.QUEUE_INTERVAL, "the look for services that hang", self._look)

    def on_change(self, snapshot: Snapshot) -> None:
        """Keep what runs now."""
        self._views = snapshot.services

    def _look(self) -> None:
        self._lengths = None
        for name, cause in self._detector.look(self._views, self._current.get().hang):
            self._hung(name, cause)

    def _queue_length(self, view: ServiceView) -> Callable[[], int | None]:
        sock = self._find(view.port or 0)
        if sock is not None:
            return partial(accept_queue.length, sock)
        return partial(self._length_at, view.port or 0)

    def _length_at(self, port: int) -> int | None:
        """Return the length of somebody else's accept queue; all are read once at each look."""
        if self._lengths is None:
            self._lengths = accept_queue.lengths() or {}
        return self._lengths.get(port)

    def _ask(self, view: ServiceView) -> Callable[[], Awaitable[bool]] | None:
        service = self._current.get().find(view.name)
        if service is None or not service.speaks_http:
            return None
        return partial(probe.responds, service.port or 0, service.health)
