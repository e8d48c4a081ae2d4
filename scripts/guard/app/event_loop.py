"""The event loop: signals, one timer, and the followers that receive each snapshot."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ..core.snapshot import Snapshot
from ..logs.failures import internal
from ..supervision.supervisor import Supervisor
from .exits import Exits
from .shutdown import Shutdown
from .signals import Signals


class Follower(Protocol):
    """A part that reacts to changes of state."""

    def on_change(self, snapshot: Snapshot) -> None:
        """Receive the new snapshot; must not block."""


class EventLoop:
    """One run over a stack whose processes have been started."""

    def __init__(
        self,
        supervisor: Supervisor,
        *,
        exits: Exits,
        shutdown: Shutdown,
        signals: Signals,
        followers: Sequence[Follower],
        report: Callable[[str], None],
    ) -> None:
        self._supervisor = supervisor
        self._exits = exits
        self._shutdown = shutdown
        self._signals = signals
        self._followers = followers
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    async def run(self) -> int:
        """Start everything, and run until it has stopped; returns the exit code."""
        self._loop.set_exception_handler(self._complain)
        self._loop.add_signal_handler(signal.SIGCHLD, self._exits.reap_orphans)
        self._supervisor.subscribe(self._changed)
        self._supervisor.start()
        for number in self._signals.ending:
            self._loop.add_signal_handler(number, self._shutdown.signalled, number)
        for number in self._signals.received():  # until the line above, and no more
            self._shutdown.signalled(number)
        return await self._shutdown.wait()

    def _changed(self, snapshot: Snapshot, due: float | None) -> None:
        """Pass the snapshot to every follower, and schedule the supervisor's next tick.

        One that fails keeps it from nobody: the others would act on what was, and nobody would
        ever be awakened for what is due.
        """
        for follower in self._followers:
            try:
                follower.on_change(snapshot)
            except Exception as error:  # noqa: BLE001 - told, as whatever fails in this loop
                what = f"{type(follower).__name__} could not follow a change"
                self._complain(self._loop, {"message": what, "exception": error})
        if self._timer is not None:
            self._timer.cancel()
        delay = None if due is None else max(0.0, due - time.monotonic())
        self._timer = None if delay is None else self._loop.call_later(delay, self._supervisor.tick)

    def _complain(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Report an internal error; everything else keeps running."""
        self._report(internal(context["message"], context.get("exception")))
