"""Deferred work, so that services that start have the processor to themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from ..core.background import NoThreadError
from ..core.phases import State
from ..core.snapshot import Snapshot

SETTLED_SECONDS = 2.0  # after which the work is done although a service is still starting


class Deferred:
    """Calls each of `work` once: when no service is starting any more, or after a while.

    Whatever else there is to do in the event loop has its turn between two of them. What gets no
    thread is done later.
    """

    def __init__(self, *work: Callable[[], None], leaving: Callable[[], bool]) -> None:
        self._work = list(work)
        self._leaving = leaving
        self._loop = asyncio.get_running_loop()
        self._loop.call_later(SETTLED_SECONDS, self._do)

    def on_change(self, snapshot: Snapshot) -> None:
        """Do it if every service is up or has failed to start."""
        is_settled = all(view.state is not State.STARTING for view in snapshot.services)
        if self._work and is_settled and not self._leaving():
            self._loop.call_soon(self._do)

    def _do(self) -> None:
        if self._work:
            try:
                self._try(self._work.pop(0))
            finally:
                self._loop.call_soon(self._do)

    def _try(self, work: Callable[[], None], *, again: bool = False) -> None:
        if again and self._leaving():
            return
        try:
            work()
        except NoThreadError:
            self._loop.call_later(SETTLED_SECONDS, partial(self._try, work, again=True))
            if not again:  # it is told, once
                raise
