"""Keeps the forkservers: begun when a server is up, begun again when a library has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from ..config.current import CurrentConfig
from ..core.phases import State
from ..core.snapshot import Snapshot
from ..preload.forkserver import Forkserver
from ..preload.preloading import Preloading

LEARN_SECONDS = 2.0  # after READY: what a server loads in the background is among it
RENEW_SECONDS = 1.0  # after the end of a forkserver: an installation changes many files


class PreloadKeeper:
    """Follows the snapshots; which start is forked is the launcher's business."""

    def __init__(
        self,
        current: CurrentConfig,
        preloadings: Mapping[str, Preloading],
        *,
        report: Callable[[str], None],
        leaving: Callable[[], bool],
    ) -> None:
        self._current = current
        self._preloadings = preloadings
        self._report = report
        self._leaving = leaving
        self._loop = asyncio.get_running_loop()
        self._ready: dict[str, int | None] = {}
        """The process of each service that is up."""
        self._busy = False

    def on_change(self, snapshot: Snapshot) -> None:
        """Learn from servers that have come up; end the forkservers that nobody wants any more."""
        self._busy = any(view.state is State.STARTING for view in snapshot.services)
        for name, preloading in self._preloadings.items():
            service, view = self._current.get().find(name), snapshot.service(name)
            pid = view.pid if view is not None and view.state is State.READY else None
            if self._leaving() or service is None or not service.preload:
                preloading.close()
            elif pid is not None and self._ready.get(name) != pid:
                self._loop.call_later(LEARN_SECONDS, self._learn, preloading, name, pid)
            self._ready[name] = pid
            self._tell(preloading)

    def _learn(self, preloading: Preloading, name: str, pid: int) -> None:
        if self._ready.get(name) != pid:
            return
        if self._busy:  # who is starting has the processor to itself
            self._loop.call_later(LEARN_SECONDS, self._learn, preloading, name, pid)
            return
        preloading.learn()
        self._renew(preloading)

    def _renew(self, preloading: Preloading) -> None:
        if self._leaving():
            return
        try:
            forkserver = preloading.renew()
        except OSError as error:
            self._report(f"no interpreter can be preloaded: {error}")
            return
        if forkserver is not None:
            descriptor = forkserver.fileno()
            forkserver.before_close = lambda: self._loop.remove_reader(descriptor)
            self._loop.add_reader(descriptor, self._look, preloading, forkserver)
        self._tell(preloading)

    def _look(self, preloading: Preloading, forkserver: Forkserver) -> None:
        if not preloading.look(forkserver):
            self._loop.call_later(RENEW_SECONDS, self._renew, preloading)
        self._tell(preloading)

    def _tell(self, preloading: Preloading) -> None:
        for notice in preloading.notices():
            self._report(notice)
