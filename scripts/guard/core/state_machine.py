"""The states of a service and what leads from one to another: pure, no I/O, no clock.

The rules of this file:

1. A `Service` is its state and the deaths that count against it. Data lives inside the state that
   it belongs to.
2. `step(service, event, now)` is the only way from one `Service` to the next. It returns the
   effects to carry out, in order; it carries out none.
3. An `Event` is what happened in the world. `signal()` reads it in the light of the state (an exit
   that was asked for is not a death); `TRANSITIONS` then says, as a literal, where that leads.
4. A pair that is not in `TRANSITIONS` changes nothing.
5. `now` is in seconds on a monotonic clock. What has to happen at a time is a `deadline()`; when it
   is past, the caller sends `Due`.

A death is an exit that nobody asked for, code 0 included. A transient one is followed by a relaunch
at once, then after 0.25, 0.5, 1, 2, 4 s; after `RELAUNCH_LIMIT` relaunches in `RELAUNCH_WINDOW`
seconds, or when retrying cannot help, the service is BROKEN: an open circuit breaker, whose
half-open trial is a saved file or the user's wish.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace

from scripts.guard.core.cause import Cause

RELAUNCH_DELAYS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)  # seconds before the 1st, 2nd, ... relaunch
RELAUNCH_LIMIT = 5  # relaunches ...
RELAUNCH_WINDOW = 30.0  # ... in so many seconds: the next death breaks the circuit
STABLE_AFTER = 10.0  # seconds of READY after which earlier deaths no longer count


class State(enum.Enum):
    """Where a service stands, as the status shows it."""

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    READY = "READY"
    UNHEALTHY = "UNHEALTHY"
    STOPPING = "STOPPING"
    BACKOFF = "BACKOFF"
    BROKEN = "BROKEN"


class Effect(enum.Enum):
    """What the supervisor is to do to the process."""

    SPAWN = "spawn"
    TERMINATE = "terminate"
    KILL = "kill"


class Signal(enum.Enum):
    """An event, read in the light of the state that it met."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    RELOAD = "reload"
    REVIVE = "revive"
    UP = "up"
    HUNG = "hung"
    DUE = "due"
    DIED = "died, may heal"
    DOOMED = "died, will not heal"
    GONE = "gone as asked"
    MAKE_WAY = "gone, another is wanted"


# --- What happens in the world ---------------------------------------------------------------


@dataclass(frozen=True)
class Start:
    """The user wants it to run."""


@dataclass(frozen=True)
class Stop:
    """The user wants it not to run."""


@dataclass(frozen=True)
class Restart:
    """The user, a changed setting or a dead neighbour wants a new process."""


@dataclass(frozen=True)
class Saved:
    """A file that concerns it was saved; `reload` where a running process is to be replaced."""

    reload: bool


@dataclass(frozen=True)
class Up:
    """It answered."""


@dataclass(frozen=True)
class Hung:
    """Connections wait and it takes none."""

    cause: Cause


@dataclass(frozen=True)
class Exited:
    """Its process is gone, and so is all that it had started."""

    cause: Cause


@dataclass(frozen=True)
class Due:
    """The `deadline()` of its state is past."""


Event = Start | Stop | Restart | Saved | Up | Hung | Exited | Due


# --- Where it can stand ----------------------------------------------------------------------


@dataclass(frozen=True)
class Stopped:
    """Nothing runs, as was wished."""

    kind = State.STOPPED


@dataclass(frozen=True)
class Starting:
    """A process runs and has not answered yet."""

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
    """A process was asked to leave; `again` where another is to follow."""

    again: bool
    kill_at: float | None
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


Standing = Stopped | Starting | Ready | Unhealthy | Stopping | Backoff | Broken


@dataclass(frozen=True)
class Service:
    """One service: where it stands, and the times of the deaths that count against it."""

    standing: Standing = field(default_factory=Stopped)
    deaths: tuple[float, ...] = ()
    grace: float = 5.0
    """Seconds between SIGTERM and SIGKILL."""

    @property
    def state(self) -> State:
        """The name of where it stands."""
        return self.standing.kind

    @property
    def cause(self) -> Cause | None:
        """Why it is not up, where something is wrong."""
        match self.standing:
            case Unhealthy(cause) | Broken(cause) | Backoff(cause=cause):
                return cause
            case _:
                return None


# --- What leads where ------------------------------------------------------------------------

TRANSITIONS: dict[State, dict[Signal, State]] = {
    State.STOPPED: {
        Signal.START: State.STARTING,
        Signal.RESTART: State.STARTING,
    },
    State.STARTING: {
        Signal.UP: State.READY,
        Signal.STOP: State.STOPPING,
        Signal.RESTART: State.STOPPING,
        Signal.RELOAD: State.STOPPING,
        Signal.HUNG: State.UNHEALTHY,
        Signal.DIED: State.BACKOFF,
        Signal.DOOMED: State.BROKEN,
    },
    State.READY: {
        Signal.STOP: State.STOPPING,
        Signal.RESTART: State.STOPPING,
        Signal.RELOAD: State.STOPPING,
        Signal.HUNG: State.UNHEALTHY,
        Signal.DIED: State.BACKOFF,
        Signal.DOOMED: State.BROKEN,
    },
    State.UNHEALTHY: {
        Signal.STOP: State.STOPPING,
        Signal.RESTART: State.STOPPING,
        Signal.DIED: State.BACKOFF,
        Signal.DOOMED: State.BROKEN,
    },
    State.STOPPING: {
        Signal.START: State.STOPPING,
        Signal.STOP: State.STOPPING,
        Signal.RESTART: State.STOPPING,
        Signal.DUE: State.STOPPING,
        Signal.GONE: State.STOPPED,
        Signal.MAKE_WAY: State.STARTING,
    },
    State.BACKOFF: {
        Signal.DUE: State.STARTING,
        Signal.START: State.STARTING,
        Signal.RESTART: State.STARTING,
        Signal.RELOAD: State.STARTING,
        Signal.REVIVE: State.STARTING,
        Signal.STOP: State.STOPPED,
    },
    State.BROKEN: {
        Signal.START: State.STARTING,
        Signal.RESTART: State.STARTING,
        Signal.RELOAD: State.STARTING,
        Signal.REVIVE: State.STARTING,
        Signal.STOP: State.STOPPED,
    },
}

_ALIVE = frozenset({State.STARTING, State.READY, State.UNHEALTHY, State.STOPPING})


def is_alive(state: State) -> bool:
    """Whether a service in that state has a process."""
    return state in _ALIVE


def deadline(service: Service) -> float | None:
    """When `Due` is to be sent, on the monotonic clock; None where nothing is awaited."""
    match service.standing:
        case Stopping(kill_at=at) | Backoff(retry_at=at):
            return at
        case _:
            return None


def signal(service: Service, event: Event, now: float) -> Signal:
    """Read an event in the light of the state that it meets."""
    match event:
        case Start():
            return Signal.START
        case Stop():
            return Signal.STOP
        case Restart():
            return Signal.RESTART
        case Saved(reload):
            return Signal.RELOAD if reload else Signal.REVIVE
        case Up():
            return Signal.UP
        case Hung():
            return Signal.HUNG
        case Due():
            return Signal.DUE
        case Exited(cause):
            if isinstance(service.standing, Stopping):
                return Signal.MAKE_WAY if service.standing.again else Signal.GONE
            heals = cause.transient and len(_counted(service, now)) < RELAUNCH_LIMIT
            return Signal.DIED if heals else Signal.DOOMED


def step(service: Service, event: Event, now: float) -> tuple[Service, tuple[Effect, ...]]:
    """Return what the service becomes and what is to be done, in order."""
    meaning = signal(service, event, now)
    target = TRANSITIONS[service.state].get(meaning)
    if target is None:
        return service, ()
    deaths = _counted(service, now)
    if meaning in {Signal.DIED, Signal.DOOMED}:
        deaths = (*deaths, now)
    elif meaning in {Signal.START, Signal.RESTART} and target is State.STARTING:
        deaths = ()  # the user's wish is a fresh beginning
    standing, effects = _enter(target, service, event, meaning, now)
    return replace(service, standing=standing, deaths=deaths), effects


def _enter(
    target: State, service: Service, event: Event, meaning: Signal, now: float
) -> tuple[Standing, tuple[Effect, ...]]:
    standing = service.standing
    match target:
        case State.STOPPED:
            return Stopped(), ()
        case State.STARTING:
            return Starting(), (Effect.SPAWN,)
        case State.READY:
            return Ready(since=now), ()
        case State.UNHEALTHY:
            assert isinstance(event, Hung)  # noqa: S101 - only Hung leads here, see TRANSITIONS
            return Unhealthy(event.cause), (Effect.KILL,)
        case State.STOPPING if isinstance(standing, Stopping):
            if meaning is Signal.DUE:
                return replace(standing, kill_at=None), (Effect.KILL,)
            return replace(standing, again=meaning is not Signal.STOP), ()
        case State.STOPPING:
            again = meaning is not Signal.STOP
            return Stopping(again, kill_at=now + service.grace), (Effect.TERMINATE,)
        case State.BACKOFF | State.BROKEN:
            assert isinstance(event, Exited)  # noqa: S101 - only a death leads here
            cause = standing.cause if isinstance(standing, Unhealthy) else event.cause
            if target is State.BROKEN:
                return Broken(cause), ()
            delay = RELAUNCH_DELAYS[len(_counted(service, now))]
            return Backoff(retry_at=now + delay, cause=cause), ()


def _counted(service: Service, now: float) -> tuple[float, ...]:
    """Return the deaths that still count: none after a stable time, else those of the window."""
    standing = service.standing
    if isinstance(standing, Ready) and now - standing.since >= STABLE_AFTER:
        return ()
    return tuple(death for death in service.deaths if now - death < RELAUNCH_WINDOW)
