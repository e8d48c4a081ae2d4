"""The one owner of state: takes events, has them handled, and tells what has become of it.

It knows no event loop. Its caller sends events, calls `tick()` when `deadline()` is past, and calls
`exited` for every exit; how to launch, to explain a crash and to read the clock is passed in.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime

from .. import __version__
from ..config import settings
from ..config.current import CurrentConfig
from ..core import events, state_machine
from ..core.cause import Cause
from ..core.phases import State
from ..core.process import Running
from ..core.snapshot import Snapshot
from . import messages, order
from .changes import changes
from .effects import (
    Changed,
    Drain,
    Explain,
    HasRead,
    Launch,
    Record,
    keep_nothing,
    read_at_once,
    send_sigterm,
)
from .managed import Managed
from .transitions import ASKED, DONE, Transitions


class Supervisor:
    """Keeps every service of the Procfile in the state that was asked for."""

    def __init__(
        self,
        current: CurrentConfig,
        *,
        launch: Launch,
        explain: Explain,
        has_read: HasRead = read_at_once,
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
        self._report = report
        self._has_read = has_read
        self._followers: list[Changed] = []
        self._clock = clock
        self._wall = wall
        self._pid = pid
        self._since = wall()
        self._services = {
            line.name: Managed(line, config.grace, self._since) for line in config.services
        }
        self._transitions = Transitions(
            self._services,
            current,
            launch=launch,
            exited=self.exited,
            asked=lambda name: self.send(name, events.Asked()),
            explain=explain,
            drain=drain,
            record=record,
            report=report,
            clock=clock,
            wall=wall,
        )

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
        for name, managed in self._services.items():
            if not managed.line.left_out:
                self._transitions.post(name, events.Start())
        self._handle()

    def send(self, name: str, event: events.Event) -> None:
        """Take an event for the service of that name; raises `KeyError` if there is none."""
        if name not in self._services:
            raise KeyError(name)
        self._transitions.post(name, event)
        self._handle()

    def exited(self, name: str, process: Running) -> bool:
        """Handle an exit: reap the process, explain a crash, restart.

        Returns False where that has to wait: until what it left is gone, and its final output read.
        An exit that was asked for is over when the whole line has left or its grace is, since the
        shell that leads a line does not wait for what it runs.
        """
        managed = self._services.get(name)
        if managed is None or managed.process is not process:
            return True
        if managed.is_in_grace_period and process.group_alive():
            return False
        is_asked = managed.service.state is State.STOPPING
        if not process.clear() or not (is_asked or self._has_read(managed.line, process)):
            return False
        code = managed.exit_code = process.reap()
        managed.process = None
        self._transitions.see_to_those_who_waited()
        if managed.service.state is State.STOPPING:
            self.send(name, events.Exited(ASKED))
        elif managed.line.once and code == 0:
            self.send(name, events.Exited(DONE, finished=True))
        else:
            self.send(name, events.Exited(self._transitions.crashed(managed, code)))
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
            version=__version__,
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
        self._transitions.leave()
        for name in order.dependents_first(self._services):
            self.send(name, events.Stop())

    def restart_all(self) -> None:
        """Restart what is to run; what has finished, or was left out, is started by its name."""
        for name in order.dependents_first(self._services):
            managed = self._services[name]
            if managed.service.state is not State.FINISHED and not managed.line.left_out:
                self.send(name, events.Restart())

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
        self._transitions.start_those_who_wait()  # for nobody any more, perhaps
        self._handle()

    def _take_lines(self, config: settings.Settings) -> None:
        for line in config.services:
            if line.name in self._services:
                self._services[line.name].follow(line, config.grace)

    def _handle(self) -> None:
        if self._transitions.handle():
            self.announce()
