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
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from ..config import environment, settings
from ..config.current import CurrentConfig
from ..core import hints, state_machine
from ..core.cause import Cause
from ..core.process import Running
from ..core.snapshot import Snapshot
from ..core.state_machine import Effect, State
from .effects import (
    Changed,
    Drain,
    Explain,
    Launch,
    Record,
    keep_nothing,
    send_sigterm,
)
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
        self._events: deque[tuple[str, state_machine.Event]] = deque()
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
        self._events.extend((name, state_machine.Start()) for name in self._services)
        self._handle()

    def send(self, name: str, event: state_machine.Event) -> None:
        """Take an event for the service of that name; raises `KeyError` if there is none."""
        if name not in self._services:
            raise KeyError(name)
        if self._leaving and isinstance(
            event, state_machine.Start | state_machine.Restart | state_machine.Saved
        ):
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
        code = process.reap()
        managed.process = None
        self._spawn_those_who_wait()
        if managed.service.state is State.STOPPING:
            self.send(name, state_machine.Exited(_ASKED))
        elif managed.line.once and code == 0:
            self.send(name, state_machine.Exited(_DONE, finished=True))
        else:
            self.send(name, state_machine.Exited(self._crashed(managed, code)))
        return True

    def hung(self, name: str, cause: Cause) -> None:
        """Handle a service that has stopped accepting connections; raises `KeyError`."""
        self.send(name, state_machine.Hung(cause))

    def tick(self) -> None:
        """Send `Due` to every service whose deadline is past."""
        now = self._clock()
        for name, managed in list(self._services.items()):
            at = state_machine.deadline(managed.service)
            if at is not None and at <= now:
                self.send(name, state_machine.Due())

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
            services=tuple(managed.view() for managed in self._services.values()),
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
            self.send(name, state_machine.Stop())

    def kill(self) -> None:
        """Kill everything that still runs, at once."""
        for process in self.running().values():
            process.signal(signal.SIGKILL)

    def reconfigure(self, old: settings.Settings) -> None:
        """Follow changed settings: start, stop and restart exactly what they concern.

        `old` are those that were in force before.
        """
        config = self._current.get()
        for name, managed in list(self._services.items()):
            if config.find(name) is None and not managed.removed:
                managed.removed = True
                self._report(f"{name} is no longer in {config.procfile.name}: stopping it")
                self.send(name, state_machine.Stop())
        for line in config.services:
            known = self._services.get(line.name)
            if known is None:
                self._services[line.name] = Managed(line, config.grace, self._wall())
                self._report(f"{line.name} is new in {config.procfile.name}: starting it")
                self.send(line.name, state_machine.Start())
            elif known.removed:
                known.removed = False
                self._report(f"{line.name} is back in {config.procfile.name}: starting it")
                self.send(line.name, state_machine.Start())
            else:
                known.service = replace(known.service, grace=config.grace, once=line.once)
                if self._is_to_restart(known, old, config):
                    self._report(f"the settings of {line.name} changed: restarting it")
                    self.send(line.name, state_machine.Saved(reload=True))
        self.announce()

    def _is_to_restart(
        self, known: Managed, old: settings.Settings, new: settings.Settings
    ) -> bool:
        """Whether changed settings concern a service; what has finished, if its line changed."""
        before = old.find(known.line.name)
        if known.service.state is State.FINISHED and before is not None:
            return before.command != known.line.command
        return environment.concerns(old, new, known.line.name)

    def _take_lines(self, config: settings.Settings) -> None:
        for line in config.services:
            if line.name in self._services:
                self._services[line.name].line = line

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

    def _take(self, name: str, event: state_machine.Event) -> None:
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
            self._events.append((name, state_machine.Due()))
        cause = managed.service.cause
        if cause is not None and managed.service.state is not before.state:
            self._failed(managed, cause)
        self._forget(managed)

    def _entered(self, managed: Managed, before: State, now: float) -> None:
        state = managed.service.state
        managed.since = self._wall()
        seconds, managed.entered = now - managed.entered, now
        managed.ready_since = managed.since if state is State.READY else None
        if state is State.READY:
            self._report(f"{managed.line.name} is ready after {seconds:.2f} s")
        if state is State.FINISHED:
            self._report(f"{managed.line.name} has finished after {seconds:.2f} s")
        if state in _UP:
            self._start_those_who_wait(managed.line)
        if state in {State.STOPPED, *_UP}:
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
                self._events.append((managed.line.name, state_machine.Exited(_ASKED)))
            case Effect.KILL if managed.process:
                managed.process.signal(signal.SIGKILL)

    def _spawn(self, managed: Managed) -> None:
        """Start its process, once those that it needs are up, and no other of ours is on its port.

        Lines may exchange their ports.
        """
        name, port = managed.line.name, managed.line.port
        others = [other for other in self._services.values() if other is not managed]
        before, managed.waits_for = managed.waits_for, self._missing(managed.line)
        if managed.waits_for and managed.waits_for != before:
            self._report(f"{name} waits for {' and '.join(managed.waits_for)}")
        taken = port is not None and any(other.process and other.serves == port for other in others)
        if managed.waits_for or taken:
            self._kept_waiting.add(name)
            return
        self._kept_waiting.discard(name)
        try:
            managed.process = self._launch(managed.line, partial(self.exited, name))
            managed.serves = port
        except OSError as error:
            self._events.append((name, state_machine.Exited(self._crashed(managed, error))))

    def _missing(self, line: settings.Service) -> tuple[str, ...]:
        """Return those of the services it is to be started after that are not up."""
        needed = (self._services.get(name) for name in line.after)
        return tuple(
            other.line.name for other in needed if other and other.service.state not in _UP
        )

    def _start_those_who_wait(self, up: settings.Service) -> None:
        """Start what waited for this one, or crashed because it was not there."""
        self._spawn_those_who_wait()
        for name, managed in self._services.items():
            phase = managed.service.phase
            if isinstance(phase, state_machine.Backoff) and phase.cause.is_of_another:
                self._report(f"{name} is started again, now that {up.name} is up")
                self._events.append((name, state_machine.Due()))

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
        self._log_cause(managed, cause)
        whole = self._current.get().restart_scope is settings.RestartScope.STACK
        if whole and managed.service.state is State.BACKOFF and not cause.is_of_another:
            self._restart_others(managed.line.name)

    def _restart_others(self, crashed: str) -> None:
        """Restart what runs; what is still starting begins afresh anyway."""
        for name, managed in list(self._services.items()):
            if name != crashed and managed.service.state is State.READY:
                self._report(f"{name} is restarted with {crashed} (GUARD_RELAUNCH=stack)")
                self.send(name, state_machine.Restart())

    def _log_cause(self, managed: Managed, cause: Cause) -> None:
        name = managed.line.name
        match managed.service.phase:
            case state_machine.Broken():
                self._report(f"{name} is broken: {cause.sentence}")
                self._report(f"  fix: {cause.fix}")
                self._report(
                    "  it starts again when a file is saved, on the page's button, or with: "
                    f"{hints.command('restart', name)}"
                )
            case state_machine.Backoff(retry_at=at) if at > self._clock():
                delay = at - self._clock()
                self._report(f"{name}: {cause.sentence} Restarting in {delay:.2f} s.")
            case state_machine.Backoff():
                self._report(f"{name}: {cause.sentence} Restarting.")
            case _:
                self._report(f"{name}: {cause.sentence}")

    def _forget(self, managed: Managed) -> None:
        if managed.removed and managed.service.state is State.STOPPED:
            self._services.pop(managed.line.name, None)


_ASKED = Cause("asked", "It was asked to stop.", "", transient=True)
_DONE = Cause("done", "It has done what it was for.", "", transient=True)
_UP = frozenset({State.READY, State.FINISHED})
