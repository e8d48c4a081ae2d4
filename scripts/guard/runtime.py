"""`up`: join the parts, in the order in which things happen.

The processes are started before the event loop and its libraries are imported: the servers come up
while the rest of the guard does.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.guard import family, lease, process, settings
from scripts.guard.evidence import Evidence
from scripts.guard.feed import Feed
from scripts.guard.log import Log
from scripts.guard.ports import Ports, require_free
from scripts.guard.process import Process
from scripts.guard.settings import LogFormat, Service, Settings
from scripts.guard.states import State
from scripts.guard.status import Snapshot
from scripts.guard.supervisor import Dismiss, Running, Supervisor, send_sigterm

if TYPE_CHECKING:
    from scripts.guard.cause import Cause
    from scripts.guard.crashes import Crashes

NOBODY_THERE = frozenset({State.STOPPED, State.BACKOFF, State.BROKEN})
DRAIN_SECONDS = 0.1  # that a dead process' last words may take to be read


class Signals:
    """Keeps the signals that end the guard until the event loop can take them."""

    ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self._received: list[signal.Signals] = []

    def install(self) -> None:
        """Take the signals over from Python's defaults."""
        for number in self.ENDING:
            signal.signal(number, lambda number, _: self._received.append(signal.Signals(number)))

    def hand_over(self) -> list[signal.Signals]:
        """Return what came so far."""
        return self._received


@dataclass(frozen=True)
class _Started:
    """A process as it was started."""

    process: Process
    at: float
    """In seconds of the epoch."""
    environment: Mapping[str, str]


class Stack:
    """A running stack: what the event loop needs of it, and nothing of the loop."""

    def __init__(self, config: Settings, signals: Signals, shell: Mapping[str, str]) -> None:
        self.config = config
        self.shell = shell
        self.signals = signals
        self.ports = Ports()
        self.changed: Callable[[], None] = _ignore
        self.spawned: Callable[[str, Process], None] = _ignore
        self.dismiss: Dismiss = send_sigterm
        self.giving_back: Callable[[str], None] = _ignore
        self.token = lease.write_token(config.token_file)
        self.ports.hold(_held(config))
        for service in _self_binding(config):
            require_free(*service)
        self.log = Log(
            [service.name for service in config.services],
            directory=config.directory / "logs",
            colour=config.colour,
            as_json=config.log_format is LogFormat.JSON,
        )
        self.feed = Feed()
        self.log.follow(self.feed.take)
        self.supervisor = Supervisor(
            config,
            launch=self._launch,
            explain=self._explain,
            dismiss=self._dismiss,
            record=self._record,
            say=self.log.say,
            changed=self._has_changed,
            pid=os.getpid(),
        )
        self._started: dict[str, _Started] = {}
        self._run = lease.new_run()
        self._evidence = Evidence(config.root)

    def sockets(self) -> dict[str, socket.socket]:
        """Return the listening sockets that we have now, by service."""
        ports = {each.name: each.port for each in self.config.services if each.port is not None}
        found = {name: self.ports.find(port) for name, port in ports.items()}
        return {name: sock for name, sock in found.items() if sock is not None}

    def control(self) -> socket.socket | None:
        """Return the listening socket of the control API."""
        return self.ports.find(self.config.guard_port)

    def borrow(self, snapshot: Snapshot) -> bool:
        """Take the ports of those that bind for themselves and are down; whether all were had."""
        down = {view.name for view in snapshot.services if view.state in NOBODY_THERE}
        borrowed = [
            self.ports.borrow(service.port)
            for service in self.config.services
            if service.port is not None and not service.held and service.name in down
        ]
        return all(borrowed)

    def mark(self, name: str) -> family.Mark:
        """Return the mark by which everything that descends from a service is known."""
        return family.Mark(self._run, name)

    def _has_changed(self) -> None:
        self.changed()

    def _dismiss(self, service: Service, process: Running) -> None:
        self.dismiss(service, process)

    def _launch(self, service: Service) -> Process:
        fds = self._listening(service)
        environment = settings.process_environment(self.config, service, *fds or (None,))
        mark = self.mark(service.name)
        started = process.spawn(service.command, environment, self.config.root, fds, mark)
        self.log.attach(service.name, started.master)
        self._started[service.name] = _Started(started, time.time(), environment)
        with contextlib.suppress(OSError):  # a full disk must not stop a relaunch
            lease.write_lease(self.config.directory, self._leased())
        self.spawned(service.name, started)
        return started

    def _listening(self, service: Service) -> tuple[int, ...]:
        """Return the descriptor that it takes; a borrowed port is given back, for it to bind."""
        if service.port is None:
            return ()
        sock = self.ports.find(service.port)
        if service.held:
            return () if sock is None else (sock.fileno(),)
        if sock is not None:
            self.giving_back(service.name)
            self.ports.let_go(service.port)
        return ()

    def _leased(self) -> list[lease.Leased]:
        return [
            lease.Leased(name, started.process.pid, started.at, self._run)
            for name, started in self._started.items()
        ]

    def terminal(self, name: str) -> int | None:
        """Return the terminal of a service's process, None if none runs."""
        running = self.supervisor.running().get(name)
        return running.terminal if isinstance(running, Process) else None

    @cached_property
    def crashes(self) -> Crashes:
        """The post-mortems of this folder; not needed before somebody dies or asks."""
        from scripts.guard.crashes import Crashes

        return Crashes(self.config.directory / "crashes")

    def _record(self, service: Service, end: int | OSError, cause: Cause) -> None:
        from scripts.guard.crashes import Crash

        started = None if isinstance(end, OSError) else self._started.get(service.name)
        self.crashes.keep(
            Crash(
                time=datetime.now(UTC),
                service=service.name,
                command=service.command,
                pid=None if started is None else started.process.pid,
                end=end,
                cause=cause,
                started=None if started is None else datetime.fromtimestamp(started.at, UTC),
                lines=self.log.tail(service.name),
                left=() if started is None else started.process.left,
                environment=self.config.environment if started is None else started.environment,
                ports={each.name: each.port for each in self.config.services if each.port},
            )
        )

    def _explain(self, service: Service, end: int | OSError) -> Cause:
        from scripts.guard import diagnose

        self.log.drained(service.name, timeout=DRAIN_SECONDS)
        lines = self.log.last_words(service.name)
        return diagnose.explain(service, end, lines, self._evidence.gather())

    def reconfigure(self, config: Settings) -> None:
        """Follow changed settings; raises `GuardError` where a new port cannot be had.

        New ports are bound before, old ones closed after what uses them has moved.
        """
        config = self._lasting(config)
        ours = {service.port for service in self.config.services}
        for port, setting in _self_binding(config):
            if port not in ours:
                require_free(port, setting)
        self.ports.hold(_held(config))
        self.config = config
        self.supervisor.reconfigure(config)
        borrowed = {port for port, _ in _self_binding(config)}
        self.ports.keep_only({*_held(config), *borrowed})

    def _lasting(self, config: Settings) -> Settings:
        """Keep what cannot change while we run, and say so."""
        old = self.config
        if config.directory != old.directory:
            self.log.say("GUARD_DIR is followed at the next start")
        if config.log_format is not old.log_format:
            self.log.say("GUARD_LOG is followed at the next start")
        return replace(
            config, directory=old.directory, log_format=old.log_format, colour=old.colour
        )


def _held(config: Settings) -> dict[int, str]:
    """Return the ports that the guard holds for as long as these settings last."""
    return {config.guard_port: "GUARD_PORT"} | {
        service.port: f"{service.variable}_PORT"
        for service in config.services
        if service.held and service.port is not None
    }


def _self_binding(config: Settings) -> list[tuple[int, str]]:
    """Return the ports that servers bind for themselves, with their settings."""
    return [
        (service.port, f"{service.variable}_PORT")
        for service in config.services
        if not service.held and service.port is not None
    ]


def _ignore(*_: object) -> None:
    """Until the event loop listens, nobody needs to be told: it looks for itself then."""


def up(procfile: Path, env_file: Path | None) -> int:
    """Run the stack until it is told to leave; returns the exit code (130, 143, 129, 0).

    Raises `GuardError` where it cannot start; then nothing of ours is left running.
    """
    signals = Signals()
    signals.install()
    shell = dict(os.environ)
    config = settings.load(procfile, env_file, shell)
    lease.prepare(config.directory)
    lock = lease.Lock(config.directory)
    lock.acquire()
    orphans = lease.remove_orphans(config.directory)
    stack = Stack(config, signals, shell)
    sys.stdout.write(banner(config))
    sys.stdout.flush()
    for orphan in orphans:
        stack.log.say(f"removed {orphan.name} (pid {orphan.pid}), left behind by an earlier guard")
    family.adopt()
    try:
        stack.supervisor.start()
        stack.log.start()
        from scripts.guard import loop

        return loop.run(stack)
    finally:
        _end(stack, config)
        lock.release()


def _end(stack: Stack, config: Settings) -> None:
    """Whatever happened: no process is left behind, and every line is shown."""
    for remaining in stack.supervisor.running().values():
        remaining.signal(signal.SIGKILL)
        remaining.reap()
    family.remove_adopted()
    stack.log.close()
    with contextlib.suppress(OSError):
        (config.directory / "lease.json").unlink()


def banner(config: Settings) -> str:
    """Return what is printed before the logs: the URLs to open."""
    lines = [f"  {service.name:<10} {service.url}" for service in config.services if service.url]
    lines.append(f"  {'guard':<10} {config.guard_url}")
    return "\n" + "\n".join(lines) + "\n  Ctrl-C stops everything.\n\n"
