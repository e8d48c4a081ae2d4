"""The event loop: tells the supervisor what happens, and the world what it decided."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.guard.api.events import Events
from scripts.guard.api.routes import ControlApi
from scripts.guard.attach.server import AttachServer
from scripts.guard.config import settings
from scripts.guard.core import state_machine
from scripts.guard.core.broadcast import Changes
from scripts.guard.core.errors import GuardError
from scripts.guard.core.snapshot import ServiceView
from scripts.guard.core.state_machine import State
from scripts.guard.health import liveness, probe
from scripts.guard.health.hang_detector import HangDetector
from scripts.guard.health.readiness import Readiness
from scripts.guard.http import listener
from scripts.guard.http.access import Access
from scripts.guard.net import accept_queue
from scripts.guard.net.ipv6_relay import Ipv6Relays
from scripts.guard.processes import descendants
from scripts.guard.processes.resource_usage import Usage
from scripts.guard.standby.responder import StandbyResponder
from scripts.guard.standby.responders import StandbyResponders
from scripts.guard.supervision.drain import GracefulStop
from scripts.guard.supervision.history import History
from scripts.guard.supervision.notifier import Notifier
from scripts.guard.watching.burst import Burst
from scripts.guard.watching.churn import WriteStormFilter
from scripts.guard.watching.sources import is_source
from scripts.guard.watching.watcher import Watcher

if TYPE_CHECKING:
    from scripts.guard.app.stack import Stack
    from scripts.guard.core.process import Running

BORROW_PAUSE = 0.5  # seconds between two attempts to take the port of a server that is down
LINGER_POLL_SECONDS = 0.02  # seconds between two looks at what takes its time to leave
QUIET_POLL_SECONDS = 1.0  # seconds between two looks at whether a file has come to rest
SETTLED_SECONDS = 2.0  # after which a start that goes on is waited for no longer
_DOWN = frozenset({State.BROKEN, State.BACKOFF})


def run(stack: Stack) -> int:
    """Run until the user wants to leave and everything has left; returns the exit code."""

    async def main() -> int:
        return await EventLoop(stack).run()

    return asyncio.run(main())


class EventLoop:
    """One run of the event loop over a stack whose processes have been started."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._supervisor = stack.supervisor
        self._loop = asyncio.get_running_loop()
        self._left = asyncio.Event()
        self._leaving = False
        self._exit_code = 0
        self._settled = False
        self._reloading = asyncio.Lock()
        self._reloads: set[asyncio.Task[None]] = set()
        self._changes = Changes()
        self._history = History()
        self._notifier = Notifier(
            enabled=lambda: self._stack.config.notify,
            environment=lambda: self._stack.config.environment,
            report=stack.log.report,
        )
        self._attach_server = AttachServer(
            stack.log,
            terminal=stack.terminal,
            view=lambda name: self._supervisor.snapshot().service(name),
            changes=self._changes,
        )
        self._access = Access(self._ports, stack.token)
        self._graceful_stop = GracefulStop(
            held=stack.sockets,
            running=stack.supervisor.running,
            hurry=lambda: self._leaving,
        )
        self._control = ControlApi(
            access=self._access,
            snapshot=self._supervisor.snapshot,
            events=Events(
                self._supervisor.snapshot, self._changes, stack.feed, Usage(self._leaders)
            ),
            history=self._history,
            send=self._supervisor.send,
            tail=stack.log.tail,
            crashes=stack.crashes.read,
            attach_server=self._attach_server,
            leave=partial(self._leave, 0),
        )
        self._listeners: list[tuple[socket.socket, listener.Listener]] = []
        self._responders = StandbyResponders(self._standby)
        self._relays = Ipv6Relays(stack.log.report)
        self._hang_detector = HangDetector(
            queue_length=self._queue_length,
            ask=self._ask,
            is_attached=self._attach_server.holds,
            tail=stack.log.tail,
            report=stack.log.report,
        )
        self._readiness = Readiness(
            up=lambda name: self._supervisor.send(name, state_machine.Up()),
            discovered=stack.record_discovered_port,
            report=stack.log.report,
            tag=stack.launcher.tag,
        )
        self._borrowing: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._churn = WriteStormFilter()
        self._burst = Burst()
        self._quiet: asyncio.TimerHandle | None = None
        self._resting: asyncio.TimerHandle | None = None
        self._watcher = Watcher(
            lambda paths: self._soon(partial(self._saved, paths)),
            stack.config.files,
            report=stack.log.report,
            polling=stack.config.polling,
        )

    async def run(self) -> int:
        """Follow what happens until everything has left."""
        self._loop.set_exception_handler(self._complain)
        self._stack.launcher.on_release = self._responders.retire
        self._stack.spawned = self._await_exit
        for name, process in self._supervisor.running().items():
            self._await_exit(name, process)
        self._loop.add_signal_handler(signal.SIGCHLD, self._reap_orphans)
        self._stack.drain = self._graceful_stop.begin
        self._stack.changed = self._changed
        for number in self._stack.signals.ending:
            self._loop.add_signal_handler(number, self._signalled, number)
        for number in self._stack.signals.received():  # until the line above, and no more
            self._signalled(number)
        self._changed()
        self._look_for_hangs()
        self._loop.call_later(SETTLED_SECONDS, self._settle)
        await self._left.wait()
        self._watcher.stop()
        await self._responders.close()
        await self._relays.close()
        await asyncio.gather(*(listener.close() for _, listener in self._listeners))
        return self._exit_code

    def _complain(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Tell of an error of our own in the log; everything else runs on."""
        error = context.get("exception")
        what = context["message"] if error is None else f"{context['message']}: {error!r}"
        self._stack.log.report(f"the guard met an error of its own, and runs on: {what}")

    def _soon(self, call: Callable[[], object]) -> None:
        """Have the loop call this; from any thread."""
        self._loop.call_soon_threadsafe(call)

    # --- What happens ------------------------------------------------------------------------

    def _await_exit(self, name: str, process: Running) -> None:
        """Have the supervisor told when a process has ended: by pidfd, else by a thread."""

        def exited() -> None:
            if descriptor is not None:
                self._loop.remove_reader(descriptor)
                os.close(descriptor)
            self._ended(name, process)

        descriptor = process.exit_descriptor()
        if descriptor is not None:
            self._loop.add_reader(descriptor, exited)
        else:
            process.await_exit(partial(self._soon, exited))

    def _ended(self, name: str, process: Running) -> None:
        """Tell of an end; one that was asked for is over when the whole line has left.

        The shell that leads a line does not wait for what it runs when it is told to leave.
        """
        if self._supervisor.in_grace_period(name) and process.group_alive():
            self._loop.call_later(LINGER_POLL_SECONDS, self._ended, name, process)
            return
        self._graceful_stop.finished(name)
        self._supervisor.exited(name, process)

    def _reap_orphans(self) -> None:
        leaders = (process.pid for process in self._supervisor.running().values())
        descendants.reap_orphans(frozenset(leaders))

    def _settle(self) -> None:
        """Load what the start could do without: a death that comes next need not wait for it."""
        if not self._settled:
            self._settled = True
            self._watcher.start()
            self._stack.prepare_for_crashes()

    def _signalled(self, number: signal.Signals) -> None:
        # Only a person repeats Ctrl-C. A closed terminal is told of twice, by the kernel and by the
        # shell, and `make` hands on a SIGTERM that its whole group was sent.
        if self._leaving and number is signal.SIGINT:
            self._supervisor.kill()
        self._leave(128 + number)  # as shells tell it

    def _leave(self, code: int) -> None:
        if not self._leaving:
            self._leaving = True
            self._exit_code = code
            self._stack.log.report("stopping everything")
            self._supervisor.leave()

    def _saved(self, paths: frozenset[Path]) -> None:
        if paths & self._stack.config.files.keys():
            task = self._loop.create_task(self._reconfigure())
            self._reloads.add(task)
            task.add_done_callback(self._reloads.discard)
        self._count(self._burst.note(self._by_people(paths)))
        self._await_quiet()

    def _await_quiet(self) -> None:
        """Let what a burst of saves held back count once it is over."""
        if self._quiet is None and (due := self._burst.due) is not None:
            self._quiet = self._loop.call_later(due, self._burst_over)

    def _burst_over(self) -> None:
        self._quiet = None
        self._count(self._burst.take())
        self._await_quiet()

    def _count(self, paths: frozenset[Path]) -> None:
        """Tell the services which these saves concern."""
        config = self._stack.config
        states_now = {view.name: view.state for view in self._supervisor.snapshot().services}
        for service in config.services:
            changed = [path for path in paths if is_source(path, service.watch)]
            if changed:
                self._stack.log.report(f"{service.name}: {changed[0].name} was saved")
                self._supervisor.send(service.name, state_machine.Saved(reload=True))
            elif states_now.get(service.name) in _DOWN and any(
                is_source(path, service.watch_when_down) for path in paths
            ):
                self._supervisor.send(service.name, state_machine.Saved(reload=False))

    def _by_people(self, paths: frozenset[Path]) -> frozenset[Path]:
        """Leave out what the guard writes itself, and what a program writes over and over."""
        own = self._stack.config.directory.resolve()
        paths, noisy = self._churn.note(path for path in paths if own not in path.parents)
        for path in noisy:
            self._stack.log.report(
                f"{path} is written over and over, by a program it seems: it restarts nothing "
                "until it rests\n"
                "  fix: keep it elsewhere, or name folders without it in <NAME>_WATCH"
            )
        if noisy and self._resting is None:
            self._resting = self._loop.call_later(QUIET_POLL_SECONDS, self._look_for_quiet)
        return paths

    def _look_for_quiet(self) -> None:
        """Let what was passed over count once it is written no more."""
        self._resting = None
        if quiet := self._churn.quiet():
            self._saved(quiet)
        if self._churn.is_noisy and self._resting is None:
            self._resting = self._loop.call_later(QUIET_POLL_SECONDS, self._look_for_quiet)

    async def _reconfigure(self) -> None:
        """Follow changed files, one reading after the other, and none in the event loop."""
        async with self._reloading:
            old = self._stack.config
            try:
                config = await asyncio.to_thread(
                    settings.load, old.procfile, old.named_env_files, self._stack.shell
                )
                self._stack.reconfigure(config)
            except GuardError as error:
                self._stack.log.report(
                    f"{error.message}\n  the stack runs on as it was; {error.fix}"
                )

    def _look_for_hangs(self) -> None:
        views = self._supervisor.snapshot().services
        for name, cause in self._hang_detector.look(views, self._stack.config.hang):
            self._supervisor.hung(name, cause)
        self._loop.call_later(liveness.QUEUE_INTERVAL, self._look_for_hangs)

    # --- What follows from it ----------------------------------------------------------------

    def _changed(self) -> None:
        snapshot = self._supervisor.snapshot()
        self._history.note(snapshot)
        self._notifier.note(snapshot)
        self._changes.announce()
        self._listen()
        if not self._leaving:
            self._borrow()
        self._relays.follow(self._stack.held())
        held = self._stack.sockets()
        self._responders.keep_only(held.keys())
        self._readiness.keep_only(service.name for service in self._stack.config.services)
        for view in snapshot.services:
            self._responders.follow(view.name, held.get(view.name), view.state)
            service = self._stack.config.find(view.name)
            if service is not None:
                self._readiness.follow(service, view.pid, view.state)
        self._arm()
        if self._leaving:
            if not self._supervisor.running():
                self._left.set()
            return
        self._watch()

    def _listen(self) -> None:
        """Have the control API on the port that it is to have now."""
        sock = self._stack.control()
        if sock is None or any(sock is known for known, _ in self._listeners):
            return
        for _, former in self._listeners:
            former.ignore()
        self._listeners.append((sock, listener.Listener(sock, self._control.answer)))
        self._listeners[-1][1].accept()

    def _borrow(self) -> None:
        """Take the ports that nobody serves; one that is not free yet is asked for again."""
        if not self._stack.borrow(self._supervisor.snapshot()) and self._borrowing is None:
            self._borrowing = self._loop.call_later(BORROW_PAUSE, self._borrow_again)

    def _borrow_again(self) -> None:
        self._borrowing = None
        self._changed()

    def _standby(self, name: str, sock: socket.socket) -> StandbyResponder:
        return StandbyResponder(
            sock,
            patience=lambda: self._stack.config.patience,
            view=lambda: self._supervisor.snapshot().service(name),
            tail=partial(self._stack.log.tail, name),
            guard_url=lambda: self._stack.config.guard_url,
            access=self._access,
        )

    def _queue_length(self, view: ServiceView) -> Callable[[], int | None]:
        sock = self._stack.sockets().get(view.name)
        if sock is not None:
            return partial(accept_queue.length, sock)
        return partial(accept_queue.length_at, view.port or 0)

    def _ask(self, view: ServiceView) -> Callable[[], Awaitable[bool]] | None:
        service = self._stack.config.find(view.name)
        if service is None or service.discovered:  # what it listens for is not known
            return None
        return partial(probe.responds, service.port or 0, service.health)

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = self._supervisor.deadline()
        if at is not None:
            delay = max(0.0, at - time.monotonic())
            self._timer = self._loop.call_later(delay, self._supervisor.tick)

    def _watch(self) -> None:
        config = self._stack.config
        views = self._supervisor.snapshot().services
        folders = {folder for service in config.services for folder in service.watch}
        for view in views:
            service = config.find(view.name)
            if service is not None and view.state in _DOWN:
                folders.update(service.watch_when_down)
        self._watcher.watch(folders)
        if all(view.state is not State.STARTING for view in views):  # or they need the processor
            self._loop.call_soon(self._settle)

    def _leaders(self) -> dict[str, int]:
        return {name: process.pid for name, process in self._supervisor.running().items()}

    def _ports(self) -> list[int]:
        config = self._stack.config
        ports = [service.port for service in config.services if service.port is not None]
        return [config.guard_port, *ports]
