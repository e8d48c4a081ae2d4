"""Explains an exit that nobody asked for, and records it once the restart is under way."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ..config.current import CurrentConfig
from ..config.service import Service
from ..core.process import Running
from ..core.snapshot import Snapshot
from ..logs.failures import internal
from ..logs.log import Log
from ..processes.launcher import Launcher
from .evidence import Evidence
from .memory_kills import MemoryKills

if TYPE_CHECKING:
    from ..core.cause import Cause
    from .crash_reports import CrashReport, CrashReports, Record

READ_SECONDS = 0.1  # that the final output of a process that has exited may take to be read


class _Reading(NamedTuple):
    """The final output of a process, as it is read."""

    process: Running
    done: threading.Event
    until: float


class CrashRecorder:
    """Follows the snapshots; what it needs for a crash is loaded by `prepare` or the first one."""

    def __init__(
        self, current: CurrentConfig, log: Log, launcher: Launcher, kills: MemoryKills
    ) -> None:
        self._current = current
        self._log = log
        self._launcher = launcher
        self._evidence = Evidence(current.get().root, kills)
        self._unkept: list[CrashReport] = []
        self._reading: dict[str, _Reading] = {}

    @cached_property
    def _reports(self) -> CrashReports:
        """The crash reports of this folder; loaded when something crashes or somebody asks."""
        from .crash_reports import CrashReports

        return CrashReports(self._current.get().directory / "crashes")

    def read(self) -> list[Record]:
        """Return the crash reports that are kept, newest first. Callable from any thread."""
        return self._reports.read()

    def prepare(self) -> None:
        """Load what a crash needs while there is time: the restart need not wait for it then."""
        from . import diagnose  # noqa: F401 - loaded for later

        self._reports.prepare(self._current.get().environment)

    def has_read(self, service: Service, process: Running) -> bool:
        """Whether the final output of a process that has exited was read, as far as it is awaited.

        To be asked until it is so, before the exit is explained.
        """
        reading = self._reading.get(service.name)
        if reading is None or reading.process is not process:
            done = self._log.drain(service.name, READ_SECONDS)
            reading = _Reading(process, done, time.monotonic() + READ_SECONDS)
            self._reading[service.name] = reading
        return reading.done.is_set() or time.monotonic() >= reading.until

    def explain(self, service: Service, exit_status: int | OSError) -> Cause:
        """Return why a process ended, or could not be started.

        Nothing that fails in here keeps it from being started again.
        """
        from . import diagnose

        try:
            return self._explain(service, exit_status)
        except Exception as error:  # noqa: BLE001 - told; the restart waits for what is returned
            what = f"why {service.name} ended could not be looked for"
            self._log.report(internal(what, error))
            return diagnose.by_exit(service.name, exit_status)

    def _explain(self, service: Service, exit_status: int | OSError) -> Cause:
        from . import diagnose

        lines = self._log.output_of_current_run(service.name)
        started = self._launcher.last_started.get(service.name)
        pid = None if started is None else started.process.pid
        context = self._evidence.gather(pid, exit_status)
        return diagnose.explain(service, exit_status, lines, context)

    def record(self, service: Service, exit_status: int | OSError, cause: Cause) -> None:
        """Keep what is known of a crash, to be written at the next change."""
        from .crash_reports import CrashReport

        config = self._current.get()
        was_started = not isinstance(exit_status, OSError)
        started = self._launcher.last_started.get(service.name) if was_started else None
        self._unkept.append(
            CrashReport(
                time=datetime.now(UTC),
                service=service.name,
                command=service.command,
                pid=None if started is None else started.process.pid,
                exit_status=exit_status,
                cause=cause,
                started=None if started is None else datetime.fromtimestamp(started.at, UTC),
                lines=self._log.tail(service.name),
                left=() if started is None else started.process.left,
                environment=config.environment if started is None else started.environment,
                ports={each.name: each.port for each in config.services if each.port},
            )
        )

    def on_change(self, _snapshot: Snapshot) -> None:
        """Write what was recorded: only now, since the restart goes first."""
        while self._unkept:
            self._reports.keep(self._unkept.pop())
