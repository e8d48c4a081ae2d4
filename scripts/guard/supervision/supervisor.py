"""The one writer of state: take an event, step, carry out the effects.

It knows no event loop. Its caller sends events, calls `tick()` when `deadline()` is past, and calls
`exited` for every exit; how to launch, to explain a crash and to read the clock is passed in.
Events that occur while one is being handled are queued, never handled in place.
"""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from ..config import settings
from ..config.current import CurrentConfig
from ..config.service import Service
from ..core import events, phases, state_machine
from ..core.cause import Cause, Told, say
from ..core.phases import State
from ..core.process import Running
from ..core.snapshot import Snapshot
from ..core.state_machine import Effect
from . import messages, order
from .changes import changes
from .effects import Changed, Drain, Explain, Launch, Record, keep_nothing, send_sigterm
from .managed import Managed


class Supervisor:
    """Keeps every service of the Procfile in the state that was asked for."""

    def __init__(
        self,
        current: CurrentConfig,
        *,
        launch: Launch,
        explain: Explain,
        drain: Drain = send_sigterm,
        record: Record = keep_nothing,
        report: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        pid: int = 0,
    ) -> None:
        self._current = current
        current.subscribe(self._take_lines)
        config = current.get()
        self._launch = launch
        self._explain = explain
        self._drain = drain
        self._record = record
        self._report = report
        self._followers: list[Changed] = []
        self._clock = clock
        self._wall = wall
        self._pid = pid
        self._since = wall()
        self._events: deque[tuple[str, events.Event]] = deque()
        self._handling = False
        self._leaving = False
        self._kept_waiting: set[str] = set()
        self._services = {
            line.name: Managed(line, config.grace, self._since) for line in config.services
        }

    # --- What others call --------------------------------------------------------------------

    def subscribe(self, follower: Changed) -> None:
        """Have `follower` called after every change, from now on."""
        self._followers.append(follower)

    def announce(self) -> None:
        """Call every follower with what is known now."""
        for follower in self._followers:
            follower(self.snapshot(), self.deadline())

    def start(self) -> None:
        """Start everything, before anybody is told: nothing counts as stopped meanwhile."""
        self._events.extend(
            (name, events.Start())
            for name, managed in self._services.items()
            if not managed.line.left_out
        )
        self._handle()

    def send(self, name: str, event: events.Event) -> None:
        """Take an event for the service of that name; raises `KeyError` if there is none."""
        if name not in self._services:
            raise KeyError(name)
        if self._leaving and isinstance(event, events.Start | events.Restart | events.Saved):
            return
        self._events.append((name, event))
        self._handle()

    def exited(self, name: str, process: Running) -> bool:
        """Handle an exit: reap the process, explain a crash, restart.

        Returns False where that has to wait: an exit that was asked for is over when the whole line
        has left or its grace is, since the shell that leads a line does not wait for what it runs.
        """
        managed = self._services.get(name)
        if managed is None or managed.process is not process:
            return True
        if managed.is_in_grace_period and process.group_alive():
            return False
        code = managed.exit_code = process.reap()
        managed.process = None
        self._spawn_those_who_wait()
        if managed.service.state is State.STOPPING:
            self.send(name, events.Exited(_ASKED))
        elif managed.line.once and code == 0:
            self.send(name, events.Exited(_DONE, finished=True))
        else:
            self.send(name, events.Exited(self._crashed(managed, code)))
        return True

    def hung(self, name: str, cause: Cause) -> None:
        """Handle a service that has stopped accepting connections; raises `KeyError`."""
        self.send(name, events.Hung(cause))

    def remark(self, name: str, cause: Cause) -> None:
        """Take note of what keeps a service that runs from being ready; said when it is new."""
        managed = self._services.get(name)
        if managed is None or managed.service.state is not State.STARTING:
            return
        if managed.cause is None or not cause.is_like(managed.cause):
            self._report(cause.sentence)
            self._report(f"  fix: {cause.fix}")
        managed.cause = cause
        self.announce()

    def unready(self, name: str, cause: Cause | None) -> None:
        """Take note that a service says it cannot work, or (None) that it can again.

        It changes no state: what answers is not restarted for what it waits for.
        """
        managed = self._services.get(name)
        if managed is None or managed.unready == cause:
            return
        before, managed.unready = managed.unready, cause
        if managed.service.state is State.READY:
            for sentence in messages.of_unready(name, before, cause):
                self._report(sentence)
            self.announce()

    def tick(self) -> None:
        """Send `Due` to every service whose deadline is past."""
        now = self._clock()
        for name, managed in list(self._services.items()):
            at = state_machine.deadline(managed.service)
            if at is not None and at <= now:
                self.send(name, events.Due())

    def deadline(self) -> float | None:
        """When `tick()` is to be called, on the monotonic clock; None while nothing is awaited."""
        deadlines = (state_machine.deadline(managed.service) for managed in self._services.values())
        return min((at for at in deadlines if at is not None), default=None)

    def snapshot(self) -> Snapshot:
        """Return what is known now."""
        return Snapshot(
            pid=self._pid,
            since=self._since,
            restart_scope=self._current.get().restart_scope.value,
            directory=str(self._current.get().directory),
            services=tuple(managed.view() for managed in self._services.values()),
            url=self._current.get().guard_url,
        )

    def running(self) -> dict[str, Running]:
        """Return the processes that run, by service."""
        return {
            name: managed.process
            for name, managed in self._services.items()
            if managed.process is not None
        }

    def leave(self) -> None:
        """Stop everything, for good: from here on nothing is started."""
        self._leaving = True
        for name in list(self._services):
            self.send(name, events.Stop())

    def restart_all(self) -> None:
        """Restart what is to run; what has finished, or was left out, is started by its name."""
        for view in self.snapshot().services:
            if view.state is not State.FINISHED and not view.left_out:
                self.send(view.name, events.Restart())

    def kill(self) -> None:
        """Kill everything that still runs, at once."""
        for process in self.running().values():
            process.signal(signal.SIGKILL)

    def reconfigure(self, old: settings.Settings) -> None:
        """Follow changed settings: start, stop and restart exactly what they concern.

        `old` are those that were in force before.
        """
        config = self._current.get()
        for change in tuple(changes(self._services, old, config)):
            line = config.find(change.name)
            if line is not None and change.name not in self._services:
                self._services[change.name] = Managed(line, config.grace, self._wall())
            self._services[change.name].removed = line is None
            self._report(change.sentence)
            self.send(change.name, change.event)
        self.announce()

    def _take_lines(self, config: settings.Settings) -> None:
        for line in config.services:
            if line.name in self._services:
                self._services[line.name].follow(line, config.grace)

    # --- How an event is handled -------------------------------------------------------------

    def _handle(self) -> None:
        if self._handling:
            return
        self._handling = True
        try:
            while self._events:
                self._take(*self._events.popleft())
        finally:
            self._handling = False
        self.announce()

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
            self._events.append((name, events.Due()))
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
            self._start_those_who_wait(managed.line)
        if state in {State.STOPPED, *order.UP} or managed.is_told_to_be_late:
            managed.cause = None
        if state is State.STARTING and before is State.BACKOFF:
            managed.restarts += 1

    def _carry_out(self, managed: Managed, effect: Effect, before: State) -> None:
        match effect:
            case Effect.SPAWN:
                self._spawn(managed)
            case Effect.TERMINATE if managed.process:
                self._drain(managed.line, managed.process, before)
            case Effect.TERMINATE:  # it was still waiting for its port, or for another service
                self._kept_waiting.discard(managed.line.name)
                managed.waits_for = ()
                self._events.append((managed.line.name, events.Exited(_ASKED)))
            case Effect.KILL if managed.process:
                if before is State.STOPPING:
                    for sentence in messages.of_killing(managed.line, managed.service.grace):
                        self._report(sentence)
                managed.process.signal(signal.SIGKILL)

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
            managed.process = self._launch(managed.line, partial(self.exited, name))
            managed.serves = managed.line.port
            managed.exit_code = None
        except OSError as error:
            self._events.append((name, events.Exited(self._crashed(managed, error))))

    def _start_those_who_wait(self, up: Service) -> None:
        """Start what waited for this one, or crashed because it was not there."""
        self._spawn_those_who_wait()
        for name, managed in self._services.items():
            phase = managed.service.phase
            if isinstance(phase, phases.Backoff) and phase.cause.is_of_another:
                self._report(f"{name} is started again, now that {up.name} is up")
                self._events.append((name, events.Due()))

    def _spawn_those_who_wait(self) -> None:
        for name in tuple(self._kept_waiting):
            if name in self._services:
                self._spawn(self._services[name])
            else:
                self._kept_waiting.discard(name)

    def _crashed(self, managed: Managed, exit_status: int | OSError) -> Cause:
        """Explain a crash, and have it recorded."""
        cause = self._explain(managed.line, exit_status)
        # If it was killed because it hung, that is the cause, whatever the signal says.
        self._record(managed.line, exit_status, managed.service.cause or cause)
        return cause

    def _failed(self, managed: Managed, cause: Cause) -> None:
        managed.cause = cause
        phase = managed.service.phase
        line, now = managed.line, self._clock()
        for sentence in messages.of_failure(line.name, phase, cause, now, is_last=line.ends_stack):
            self._report(sentence)
        whole = self._current.get().restart_scope is settings.RestartScope.STACK
        if whole and managed.service.state is State.BACKOFF and not cause.is_of_another:
            self._restart_others(managed.line.name)

    def _restart_others(self, crashed: str) -> None:
        """Restart what runs; what is still starting begins afresh anyway."""
        for name, managed in list(self._services.items()):
            if name != crashed and managed.service.state is State.READY:
                self._report(f"{name} is restarted with {crashed} (GUARD_RELAUNCH=stack)")
                self.send(name, events.Restart())

    def _forget(self, managed: Managed) -> None:
        if managed.removed and managed.service.state is State.STOPPED:
            self._services.pop(managed.line.name, None)


_NOTHING_TO_FIX = Told(())
_ASKED = Cause.of("asked", say("It was asked to stop."), _NOTHING_TO_FIX, transient=True)
_DONE = Cause.of("done", say("It has done what it was for."), _NOTHING_TO_FIX, transient=True)
