"""Notices when a process exits: by pidfd, else by a thread that waits for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from ..core.process import Running
from ..processes import descendants

LINGER_POLL_SECONDS = 0.02  # between two checks of a process group that is still stopping


class Exits:
    """The processes that are watched until their exit has been handled."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._watched: set[Running] = set()

    def watch(self, process: Running, ended: Callable[[], bool]) -> None:
        """Call `ended` once the process has exited, and again as long as it returns False."""
        self._watched.add(process)

        def exited() -> None:
            if descriptor is not None:
                self._loop.remove_reader(descriptor)
                os.close(descriptor)
            self._handle(process, ended)

        descriptor = process.exit_descriptor()
        if descriptor is not None:
            self._loop.add_reader(descriptor, exited)
        else:
            process.await_exit(lambda: self._soon(exited))

    def reap_orphans(self) -> None:
        """Reap orphaned descendants; watched processes are left to the supervisor."""
        descendants.reap_orphans(frozenset(process.pid for process in self._watched))

    def _soon(self, call: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(call)

    def _handle(self, process: Running, ended: Callable[[], bool]) -> None:
        if ended():
            self._watched.discard(process)
        else:
            self._loop.call_later(LINGER_POLL_SECONDS, self._handle, process, ended)
