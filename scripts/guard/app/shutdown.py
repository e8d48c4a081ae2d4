"""Stops everything and waits until it has stopped."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from ..core.snapshot import Snapshot
from ..supervision.supervisor import Supervisor
from .graceful_stop import GracefulStop

UNREAD = 128 + signal.SIGPIPE
"""The exit code where who read the log has left: as of any program in a pipe (`| head`)."""


class Shutdown:
    """Started by a signal or a command; complete when no process runs."""

    def __init__(
        self, supervisor: Supervisor, graceful_stop: GracefulStop, report: Callable[[str], None]
    ) -> None:
        self._supervisor = supervisor
        self._graceful_stop = graceful_stop
        self._report = report
        self._over = asyncio.Event()
        self._exit_code: int | None = None

    def has_begun(self) -> bool:
        """Whether everything is being stopped."""
        return self._exit_code is not None

    def begin(self, code: int = 0) -> None:
        """Stop everything; the guard will end with the exit code of the first call."""
        if not self.has_begun():
            self._exit_code = code
            self._report("stopping everything")
            self._graceful_stop.hurry()
            self._supervisor.leave()

    def signalled(self, number: signal.Signals) -> None:
        """Begin, as a signal asks; a second Ctrl-C kills what is still there.

        Only a person repeats Ctrl-C. A closed terminal is signalled twice, by the kernel and by
        the shell, and `make` forwards a SIGTERM that its whole group received.
        """
        if self.has_begun() and number is signal.SIGINT:
            self._supervisor.kill()
        self.begin(128 + number)  # as shells report it

    def on_change(self, snapshot: Snapshot) -> None:
        """Check whether everything has stopped."""
        if self.has_begun() and all(view.pid is None for view in snapshot.services):
            self._over.set()

    async def wait(self) -> int:
        """Wait until everything has stopped; returns the exit code."""
        await self._over.wait()
        return self._exit_code or 0
