"""What the supervisor keeps of one service."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ..config.service import Service
from ..core import phases
from ..core.cause import NOT_READY, Cause
from ..core.process import Running
from ..core.snapshot import ServiceView


class Managed:
    """The pure value of the state machine, the process, and since when."""

    def __init__(self, line: Service, grace: float, now: datetime) -> None:
        self.line = line
        self.service = phases.Service(grace=grace, once=line.once)
        self.process: Running | None = None
        self.serves: int | None = None
        """The port that its process was given, whatever its line says by now."""
        self.since = now
        self.entered = 0.0
        """The same on the monotonic clock."""
        self.ready_since: datetime | None = None
        self.restarts = 0
        self.cause: Cause | None = None
        self.exit_code: int | None = None
        self.removed = False
        self.waits_for: tuple[str, ...] = ()
        self.unready: Cause | None = None

    def follow(self, line: Service, grace: float) -> None:
        """Take what its line and the settings say by now; `grace` is in seconds."""
        self.line = line
        self.service = replace(self.service, grace=grace, once=line.once)

    @property
    def is_in_grace_period(self) -> bool:
        """Whether it is to leave and its grace is not over."""
        phase = self.service.phase
        return isinstance(phase, phases.Stopping) and not phase.killed

    @property
    def is_told_to_be_late(self) -> bool:
        """Whether what is told of it is why a process of it was not ready yet."""
        return self.cause is not None and self.cause.kind == NOT_READY

    def view(self) -> ServiceView:
        """Return what others may know of it."""
        return ServiceView(
            name=self.line.name,
            state=self.service.state,
            pid=None if self.process is None else self.process.pid,
            port=self.line.port,
            url=self.line.url,
            held=self.line.held,
            since=self.since,
            ready_since=self.ready_since,
            restarts=self.restarts,
            cause=self.cause,
            waits_for=self.waits_for,
            unready=self.unready,
            exit_code=self.exit_code,
            line=self.line.line,
            left_out=self.line.left_out,
            after=self.line.after,
        )
