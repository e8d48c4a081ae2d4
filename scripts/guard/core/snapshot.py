"""The Snapshot: what is known at one moment, frozen, for everyone who shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from .cause import PORT_LOST, Cause
from .phases import State


class ServiceView(NamedTuple):
    """One service as the status shows it."""

    name: str
    state: State
    pid: int | None
    port: int | None
    url: str | None
    held: bool
    since: datetime
    ready_since: datetime | None
    restarts: int
    cause: Cause | None
    waits_for: tuple[str, ...] = ()
    """The services that must be up before it is started."""
    exit_code: int | None = None
    """Of its last process, once that has ended: the code, or minus the signal."""
    line: str = ""
    """The name of its line in the Procfile, where that is not its own: of several instances."""
    left_out: bool = False
    """Whether it was not to be started with the others, and has not been since."""

    after: tuple[str, ...] = ()
    """The services that must have been up before it, whenever it is started."""

    def is_called(self, name: str) -> bool:
        """Whether a name is its own, or that of the line that it is an instance of."""
        return name in {self.name, self.line}

    unready: Cause | None = None
    """Why it cannot work although it answers, as it says itself."""

    @property
    def has_lost_its_port(self) -> bool:
        """Whether it runs on although nobody listens on its port any more."""
        return (
            self.state is State.STARTING
            and self.cause is not None
            and (self.cause.kind == PORT_LOST)
        )

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of the control API."""
        return {
            "name": self.name,
            "state": self.state.value,
            "pid": self.pid,
            "port": self.port,
            "url": self.url,
            "held": self.held,
            "since": timestamp(self.since),
            "ready_since": None if self.ready_since is None else timestamp(self.ready_since),
            "relaunches": self.restarts,
            "cause": None if self.cause is None else self.cause.as_json(),
            "waits_for": list(self.waits_for),
            "unready": None if self.unready is None else self.unready.as_json(),
            "exit_code": self.exit_code,
            "after": list(self.after),
            "line": self.line or self.name,
            "left_out": self.left_out,
        }


class Snapshot(NamedTuple):
    """The guard and all its services."""

    pid: int
    since: datetime
    restart_scope: str
    services: tuple[ServiceView, ...]
    directory: str = ""
    """Where the guard's files are: logs, crash reports, token."""
    url: str = ""
    """Of the guard itself, with its dashboard."""
    version: str = ""
    """The guard's own."""

    def service(self, name: str) -> ServiceView | None:
        """Return the service of that name, None if there is none."""
        return next((view for view in self.services if view.name == name), None)

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of `GET /api/status`."""
        return {
            "guard": {
                "version": self.version,
                "pid": self.pid,
                "since": timestamp(self.since),
                "relaunch": self.restart_scope,
                "directory": self.directory,
                "url": self.url,
            },
            "services": [view.as_json() for view in self.services],
        }


def timestamp(moment: datetime) -> str:
    """Return ISO 8601 in UTC to the millisecond: ``2026-01-31T12:00:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
