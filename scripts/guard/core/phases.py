"""Where a service can stand: its state, with the data that belongs to that state alone."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from .cause import Cause


class State(enum.Enum):
    """Where a service stands, as the status shows it."""

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    READY = "READY"
    UNHEALTHY = "UNHEALTHY"
    STOPPING = "STOPPING"
    BACKOFF = "BACKOFF"
    BROKEN = "BROKEN"
    FINISHED = "FINISHED"


@dataclass(frozen=True)
class Stopped:
    """Nothing runs, as requested."""

    kind = State.STOPPED


@dataclass(frozen=True)
class Starting:
    """A process runs and has not answered yet, or listens no more: then there is a cause."""

    cause: Cause | None = None
    kind = State.STARTING


@dataclass(frozen=True)
class Ready:
    """A process runs and answers."""

    since: float
    kind = State.READY


@dataclass(frozen=True)
class Unhealthy:
    """A process runs, answers no more, and has been sent SIGKILL."""

    cause: Cause
    kind = State.UNHEALTHY


@dataclass(frozen=True)
class Stopping:
    """A process is to leave; `restart_after` where another is to follow."""

    restart_after: bool
    kill_at: float | None = None
    """When it is killed if it is still there; None before it was asked to leave, and afterwards."""
    killed: bool = False
    kind = State.STOPPING


@dataclass(frozen=True)
class Backoff:
    """Nothing runs; the next attempt is at `retry_at`."""

    retry_at: float
    cause: Cause
    kind = State.BACKOFF


@dataclass(frozen=True)
class Broken:
    """Nothing runs, and nothing will until a file is saved or the user asks."""

    cause: Cause
    kind = State.BROKEN


@dataclass(frozen=True)
class Finished:
    """Nothing runs: it has done what it was for, and is run again only where the user asks."""

    kind = State.FINISHED


Phase = Stopped | Starting | Ready | Unhealthy | Stopping | Backoff | Broken | Finished


@dataclass(frozen=True)
class Service:
    """One service: where it stands, and the times of the crashes that count against it."""

    phase: Phase = field(default_factory=Stopped)
    crashes: tuple[float, ...] = ()
    waits: int = 0
    """How often in a row it has crashed because another service was not there."""
    grace: float = 5.0
    """Seconds between SIGTERM and SIGKILL."""
    once: bool = False
    """Whether it is meant to end; then it is not run again by itself, however it ended."""

    @property
    def state(self) -> State:
        """The name of where it stands."""
        return self.phase.kind

    @property
    def cause(self) -> Cause | None:
        """Why it is not up, where something is wrong."""
        match self.phase:
            case Unhealthy(cause) | Broken(cause) | Starting(cause) | Backoff(cause=cause):
                return cause
            case _:
                return None
