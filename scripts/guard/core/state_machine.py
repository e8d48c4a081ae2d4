"""The states of a service and what leads from one to another: pure, no I/O, no clock.

The rules of this file:

1. A `Service` is its state and the crashes that count against it (`phases.py`). Data lives inside
   the state that it belongs to.
2. `step(service, event, now)` is the only way from one `Service` to the next. It returns the
   effects to carry out, in order; it carries out none.
3. An `Event` is what happened in the world (`events.py`). `classify()` reads it in the light of
   the state (an exit that was asked for is no crash) as a `Trigger`; `TRANSITIONS` then says, as a
   literal, where that leads.
4. A pair that is not in `TRANSITIONS` changes nothing.
5. `now` is in seconds on a monotonic clock. What has to happen at a time is a `deadline()`; when it
   is past, the caller sends `Due`.

A crash is an exit that nobody asked for, code 0 included. A transient one is followed by a restart
at once, then after 0.25, 0.5, 1, 2 s; after `RESTART_LIMIT` restarts in `RESTART_WINDOW`
seconds, or when retrying cannot help, the service is BROKEN: an open circuit breaker, whose
half-open trial is a saved file or the user's request.

A crash because another service is not there says nothing of this one: it does not count, and the
next start is when that one is up, or after 0.25, 0.5, 1, 2, 4, 4, ... s. What is meant to end
(`once`) is FINISHED when it ends well, and BROKEN when it does not.
"""

from __future__ import annotations

import enum
from dataclasses import replace

from .cause import Cause
from .events import Asked, Due, Event, Exited, Hung, PortLost, Restart, Saved, Start, Stop, Up
from .phases import (
    Backoff,
    Broken,
    Finished,
    Phase,
    Ready,
    Service,
    Starting,
    State,
    Stopped,
    Stopping,
    Unhealthy,
)

RESTART_DELAYS = (0.0, 0.25, 0.5, 1.0, 2.0)  # seconds before the 1st, 2nd, ... restart
RESTART_LIMIT = len(RESTART_DELAYS)  # restarts ...
RESTART_WINDOW = 30.0  # ... in so many seconds: the next crash breaks the circuit
WAIT_DELAYS = (0.25, 0.5, 1.0, 2.0, 4.0)  # seconds, while another service is not there
STABLE_AFTER = 10.0  # seconds of READY after which earlier crashes no longer count


class Effect(enum.Enum):
    """What the supervisor is to do to the process."""

    SPAWN = "spawn"
    TERMINATE = "terminate"
    KILL = "kill"


class Trigger(enum.Enum):
    """An event, read in the light of the state that it met."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    RELOAD = "reload"
    RETRY = "retry"
    UP = "up"
    HUNG = "hung"
    PORT_LOST = "listens no more"
    ASKED = "asked to leave"
    DUE = "due"
    DIED = "crashed, a restart may help"
    DIED_FATAL = "crashed, a restart cannot help"
    FINISHED = "did what it was for"
    STOPPED = "stopped"
    STOPPED_FOR_RESTART = "stopped for a restart"


TRANSITIONS: dict[State, dict[Trigger, State]] = {
    State.STOPPED: {
        Trigger.START: State.STARTING,
        Trigger.RESTART: State.STARTING,
    },
    State.STARTING: {
        Trigger.UP: State.READY,
        Trigger.STOP: State.STOPPING,
        Trigger.RESTART: State.STOPPING,
        Trigger.RELOAD: State.STOPPING,
        Trigger.HUNG: State.UNHEALTHY,
        Trigger.DIED: State.BACKOFF,
        Trigger.DIED_FATAL: State.BROKEN,
        Trigger.FINISHED: State.FINISHED,
    },
    State.READY: {
        Trigger.STOP: State.STOPPING,
        Trigger.RESTART: State.STOPPING,
        Trigger.RELOAD: State.STOPPING,
        Trigger.HUNG: State.UNHEALTHY,
        Trigger.PORT_LOST: State.STARTING,
        Trigger.DIED: State.BACKOFF,
        Trigger.DIED_FATAL: State.BROKEN,
        Trigger.FINISHED: State.FINISHED,
    },
    State.UNHEALTHY: {
        Trigger.STOP: State.STOPPING,
        Trigger.RESTART: State.STOPPING,
        Trigger.DIED: State.BACKOFF,
        Trigger.DIED_FATAL: State.BROKEN,
    },
    State.STOPPING: {
        Trigger.START: State.STOPPING,
        Trigger.STOP: State.STOPPING,
        Trigger.RESTART: State.STOPPING,
        Trigger.ASKED: State.STOPPING,
        Trigger.DUE: State.STOPPING,
        Trigger.STOPPED: State.STOPPED,
        Trigger.STOPPED_FOR_RESTART: State.STARTING,
    },
    State.BACKOFF: {
        Trigger.DUE: State.STARTING,
        Trigger.START: State.STARTING,
        Trigger.RESTART: State.STARTING,
        Trigger.RELOAD: State.STARTING,
        Trigger.RETRY: State.STARTING,
        Trigger.STOP: State.STOPPED,
    },
    State.FINISHED: {
        Trigger.START: State.STARTING,
        Trigger.RESTART: State.STARTING,
        Trigger.RELOAD: State.STARTING,
        Trigger.STOP: State.STOPPED,
    },
    State.BROKEN: {
        Trigger.START: State.STARTING,
        Trigger.RESTART: State.STARTING,
        Trigger.RELOAD: State.STARTING,
        Trigger.RETRY: State.STARTING,
        Trigger.STOP: State.STOPPED,
    },
}


def deadline(service: Service) -> float | None:
    """When `Due` is to be sent, on the monotonic clock; None where nothing is awaited."""
    match service.phase:
        case Stopping(kill_at=at) | Backoff(retry_at=at):
            return at
        case _:
            return None


_AS_IT_IS: dict[type[Event], Trigger] = {
    Start: Trigger.START,
    Stop: Trigger.STOP,
    Restart: Trigger.RESTART,
    Up: Trigger.UP,
    Hung: Trigger.HUNG,
    PortLost: Trigger.PORT_LOST,
    Asked: Trigger.ASKED,
    Due: Trigger.DUE,
}


def classify(service: Service, event: Event, now: float) -> Trigger:
    """Read an event in the light of the state that it meets."""
    match event:
        case Saved(reload):
            return Trigger.RELOAD if reload else Trigger.RETRY
        case Exited():
            return _classify_exit(service, event, now)
        case _:
            return _AS_IT_IS[type(event)]


def _classify_exit(service: Service, exited: Exited, now: float) -> Trigger:
    if isinstance(service.phase, Stopping):
        return Trigger.STOPPED_FOR_RESTART if service.phase.restart_after else Trigger.STOPPED
    if exited.finished:
        return Trigger.FINISHED
    return Trigger.DIED if _may_heal(service, exited.cause, now) else Trigger.DIED_FATAL


def step(service: Service, event: Event, now: float) -> tuple[Service, tuple[Effect, ...]]:
    """Return what the service becomes and what is to be done, in order."""
    trigger = classify(service, event, now)
    target = TRANSITIONS[service.state].get(trigger)
    if target is None:
        return service, ()
    crashes = _recent_crashes(service, now)
    waits = 0 if target is State.READY else service.waits
    if trigger in {Trigger.DIED, Trigger.DIED_FATAL}:
        if isinstance(event, Exited) and event.cause.is_of_another:
            waits += 1
        else:
            crashes = (*crashes, now)
    elif trigger in {Trigger.START, Trigger.RESTART} and target is State.STARTING:
        crashes, waits = (), 0  # the user's request is a fresh beginning
    phase, effects = _enter(target, service, event, trigger, now)
    return replace(service, phase=phase, crashes=crashes, waits=waits), effects


def _enter(
    target: State, service: Service, event: Event, trigger: Trigger, now: float
) -> tuple[Phase, tuple[Effect, ...]]:
    phase = service.phase
    match target:
        case State.STOPPED | State.FINISHED:
            return Stopped() if target is State.STOPPED else Finished(), ()
        case State.STARTING:
            if isinstance(event, PortLost):
                return Starting(event.cause), ()
            return Starting(), (Effect.SPAWN,)
        case State.READY:
            return Ready(since=now), ()
        case State.UNHEALTHY:
            assert isinstance(event, Hung)  # noqa: S101 - only Hung leads here, see TRANSITIONS
            return Unhealthy(event.cause), (Effect.KILL,)
        case State.STOPPING if isinstance(phase, Stopping):
            return _go_on_stopping(phase, trigger, now + service.grace)
        case State.STOPPING:
            return Stopping(restart_after=trigger is not Trigger.STOP), (Effect.TERMINATE,)
        case State.BACKOFF | State.BROKEN:
            assert isinstance(event, Exited)  # noqa: S101 - only a crash leads here
            return _down(target, service, event.cause, now), ()


def _go_on_stopping(
    phase: Stopping, trigger: Trigger, kill_at: float
) -> tuple[Stopping, tuple[Effect, ...]]:
    match trigger:
        case Trigger.ASKED:  # its grace begins
            return replace(phase, kill_at=kill_at), ()
        case Trigger.DUE:
            return replace(phase, kill_at=None, killed=True), (Effect.KILL,)
        case _:
            return replace(phase, restart_after=trigger is not Trigger.STOP), ()


def _down(target: State, service: Service, cause: Cause, now: float) -> Backoff | Broken:
    if isinstance(service.phase, Unhealthy):
        cause = service.phase.cause
    if target is State.BROKEN:
        return Broken(cause)
    return Backoff(retry_at=now + _delay(service, cause, now), cause=cause)


def _may_heal(service: Service, cause: Cause, now: float) -> bool:
    """Whether another start may end otherwise: its own crashes count, those of others do not."""
    if service.once or not cause.transient:
        return False
    return cause.is_of_another or len(_recent_crashes(service, now)) < RESTART_LIMIT


def _delay(service: Service, cause: Cause, now: float) -> float:
    if cause.is_of_another:
        return WAIT_DELAYS[min(service.waits, len(WAIT_DELAYS) - 1)]
    return RESTART_DELAYS[len(_recent_crashes(service, now))]


def _recent_crashes(service: Service, now: float) -> tuple[float, ...]:
    """Return the crashes that still count: none after a stable time, else those of the window."""
    phase = service.phase
    if isinstance(phase, Ready) and now - phase.since >= STABLE_AFTER:
        return ()
    return tuple(crash for crash in service.crashes if now - crash < RESTART_WINDOW)
