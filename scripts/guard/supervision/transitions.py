"""Handles the events of all services, one after the other: step, then carry out the effects.

Events that occur while one is being handled are queued, never handled in place.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable
from datetime import datetime
from functools import partial

from ..config.current import CurrentConfig
from ..config.service import Service
from ..config.settings import RestartScope
from ..core import events, phases, state_machine
from ..core.cause import Cause, Told, say
from ..core.phases import State
from ..core.process import Running
from ..core.state_machine import Effect
from . import messages, order
from .effects import Drain, Explain, Launch, Record
from .managed import Managed

_NOTHING_TO_FIX = Told(())
ASKED = Cause.of("asked", say("It was asked to stop."), _NOTHING_TO_FIX, transient=True)
DONE = Cause.of("done", say("It has finished its work."), _NOTHING_TO_FIX, transient=True)


class Transitions:
    """What becomes of the services, by event.

    `exited` is called at the exit of what it starts, `asked` when that was asked to leave.
    """

    def __init__(
        self,
        services: dict[str, Managed],
        current: CurrentConfig,
        *,
        launch: Launch,
        exited: Callable[[str, Running], bool],
        asked: Callable[[str], None],
        explain: Explain,
        drain: Drain,
        record: Record,
        report: Callable[[str], None],
        clock: Callable[[], float],
        wall: Callable[[], datetime],
    ) -> None:
        self._services = services
        self._current = current
        self._launch = launch
        self._exited = exited
        self._asked = asked
        self._explain = explain
        self._drain = drain
        self._record = record
        self._report = report
        self._clock = clock
        self._wall = wall
        self._events: deque[tuple[str, events.Event]] = deque()
        self._handling = False
        self._leaving = False
        self._kept_waiting: set[str] = set()
        self._kept_up: dict[str, State] = {}
        """What is to leave once those that need it have, by name, and the state it was in."""

    def leave(self) -> None:
        """From here on start nothing."""
        self._leaving = True

    def post(self, name: str, event: events.Event) -> None:
        """Queue an event for the service of that name."""
        if not self._leaving or not isinstance(event, events.Start | events.Restart | events.Saved):
            self._events.append((name, event))

    def handle(self) -> bool:
        """Handle what is queued; returns False if that is being done already."""
        if self._handling:
            return False
        self._handling = True
        try:
            while self._events:
                self._take(*self._events.popleft())
        finally:
            self._handling = False
        return True

    def _take(self, name: str, event: events.Event) -> None:
        managed = self._services.get(name)
        if managed is None:
            return
        now = self._clock()
        before = managed.service
        managed.service, effects = state_machine.step(before, event, now)
        if managed.service.state is not before.state:
            self._entered(managed, before.state, now)
        for effect in effects:
            self._carry_out(managed, effect, before.state)
        at = state_machine.deadline(managed.service)
        if at is not None and at <= now:
            self.post(name, events.Due())
        cause = managed.service.cause
        if cause is not None and managed.service.state is not before.state:
            self._failed(managed, cause)
        self._forget(managed)

    def _entered(self, managed: Managed, before: State, now: float) -> None:
        state = managed.service.state
        managed.since = self._wall()
        seconds, managed.entered = now - managed.entered, now
        managed.unready = None
        managed.ready_since = managed.since if state is State.READY else None
        for sentence in messages.of_entering(managed.line.name, managed.service.phase, seconds):
            self._report(sentence)
        if state in order.UP:
            self._wake_those_who_wait(managed.line)
        if state in {State.STOPPED, *order.UP} or managed.is_told_to_be_late:
            managed.cause = None
        if state is State.STARTING and before is State.BACKOFF:
            managed.restarts += 1

    def _carry_out(self, managed: Managed, effect: Effect, before: State) -> None:
        match effect:
            case Effect.SPAWN:
                self._spawn(managed)
            case Effect.TERMINATE if managed.process:
                self._ask_to_leave(managed, managed.process, before)
            case Effect.TERMINATE:  # it was still waiting for its port, or for another service
                self._kept_waiting.discard(managed.line.name)
                managed.waits_for = ()
                self.post(managed.line.name, events.Exited(ASKED))
            case Effect.KILL if managed.process:
                if before is State.STOPPING:
                    for sentence in messages.of_killing(managed.line, managed.service.grace):
                        self._report(sentence)
                managed.process.signal(signal.SIGKILL)

    def _ask_to_leave(self, managed: Managed, process: Running, before: State) -> None:
        """Have it leave, after those that are about to leave as well and need it."""
        name = managed.line.name
        if order.is_needed(managed, self._services):
            self._kept_up[name] = before
            return
        self._kept_up.pop(name, None)
        self._drain(managed.line, process, before, partial(self._asked, name))

    def _spawn(self, managed: Managed) -> None:
        """Start its process, once those that it needs are up and its port is not another's."""
        name = managed.line.name
        before, managed.waits_for = managed.waits_for, order.missing(managed.line, self._services)
        if managed.waits_for and managed.waits_for != before:
            self._report(f"{name} waits for {' and '.join(managed.waits_for)}")
        if managed.waits_for or order.is_port_taken(managed, self._services):
            self._kept_waiting.add(name)
            return
        self._kept_waiting.discard(name)
        try:
            managed.process = self._launch(managed.line, partial(self._exited, name))
            managed.serves = managed.line.port
            managed.exit_code = None
        except OSError as error:
            self.post(name, events.Exited(self.crashed(managed, error)))

    def _wake_those_who_wait(self, up: Service) -> None:
        """Start what waited for this one, or crashed because it was not there."""
        self.start_those_who_wait()
        for name, managed in self._services.items():
            phase = managed.service.phase
            if isinstance(phase, phases.Backoff) and phase.cause.is_of_another:
                self._report(f"{name} is started again, now that {up.name} is up")
                self.post(name, events.Due())

    def see_to_those_who_waited(self) -> None:
        """A process is gone: have those leave that it needed, and start those it was waited for."""
        for name, before in tuple(self._kept_up.items()):
            managed = self._services.get(name)
            if managed is None or managed.process is None:
                del self._kept_up[name]
            else:
                self._ask_to_leave(managed, managed.process, before)
        self.start_those_who_wait()

    def start_those_who_wait(self) -> None:
        """Start those whose turn it is by now, of what waits for its port or another service."""
        for name in tuple(self._kept_waiting):
            if name in self._services:
                self._spawn(self._services[name])
            else:
                self._kept_waiting.discard(name)

    def crashed(self, managed: Managed, exit_status: int | OSError) -> Cause:
        """Explain a crash, and have it recorded."""
        cause = self._explain(managed.line, exit_status)
        # If it was killed because it hung, that is the cause, whatever the signal says.
        self._record(managed.line, exit_status, managed.service.cause or cause)
        return cause

    def _failed(self, managed: Managed, cause: Cause) -> None:
        is_news = managed.cause is None or not cause.is_like(managed.cause)
        managed.cause = cause
        phase = managed.service.phase
        line, now = managed.line, self._clock()
        for sentence in messages.of_failure(
            line.name, phase, cause, now, is_last=line.ends_stack, is_news=is_news
        ):
            self._report(sentence)
        whole = self._current.get().restart_scope is RestartScope.STACK
        if whole and managed.service.state is State.BACKOFF and not cause.is_of_another:
            self._restart_others(managed.line.name)

    def _restart_others(self, crashed: str) -> None:
        """Restart what runs; what is still starting begins afresh anyway."""
        for name in order.dependents_first(self._services):
            if name != crashed and self._services[name].service.state is State.READY:
                self._report(f"{name} is restarted with {crashed} (GUARD_RELAUNCH=stack)")
                self.post(name, events.Restart())

    def _forget(self, managed: Managed) -> None:
        if managed.removed and managed.service.state is State.STOPPED:
            self._services.pop(managed.line.name, None)
