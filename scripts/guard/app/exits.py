"""Notices when a process exits: by pidfd, else by a thread that waits for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from ..core.apart import soon
from ..core.lasting import AGAIN_SECONDS, tell
from ..core.process import Running
from ..processes import descendants

FIRST_PAUSE = 0.001  # seconds until a process whose exit is not over is looked at again ...
LONGEST_PAUSE = 0.02  # ... and between two such looks, in the end


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
            process.await_exit(lambda: soon(self._loop, exited))

    def reap_orphans(self) -> None:
        """Reap orphaned descendants; watched processes are left to the supervisor."""
        descendants.reap_orphans(frozenset(process.pid for process in self._watched))

    def _handle(
        self, process: Running, ended: Callable[[], bool], pause: float = FIRST_PAUSE
    ) -> None:
        later = min(2 * pause, LONGEST_PAUSE)
        try:
            is_over = ended()
        except Exception as error:  # noqa: BLE001 - told; else the service would be gone for good
            tell(f"what comes after the exit of {process.pid}", error)
            is_over, pause = False, AGAIN_SECONDS
        if is_over:
            self._watched.discard(process)
        else:
            self._loop.call_later(pause, self._handle, process, ended, later)
