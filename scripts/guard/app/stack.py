"""A running stack: what the event loop needs of it, and nothing of the loop."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from scripts.guard.config.settings import LogFormat, Service, Settings
from scripts.guard.core.process import Running
from scripts.guard.core.snapshot import Snapshot
from scripts.guard.core.state_machine import State
from scripts.guard.diagnosis.evidence import Evidence
from scripts.guard.logs.pump import Log
from scripts.guard.logs.ring_buffer import RingBuffer
from scripts.guard.net.port_table import require_free
from scripts.guard.processes.launcher import Launcher, held_ports, self_binding
from scripts.guard.processes.process import Process
from scripts.guard.rundir import directory, token
from scripts.guard.supervision.supervisor import Drain, Supervisor, send_sigterm

if TYPE_CHECKING:
    from scripts.guard.app.signals import Signals
    from scripts.guard.core.cause import Cause
    from scripts.guard.diagnosis.crash_reports import CrashReport, CrashReports

NOBODY_THERE = frozenset({State.STOPPED, State.BACKOFF, State.BROKEN})
DRAIN_SECONDS = 0.1  # that a dead process' last words may take to be read


class Stack:
    """A running stack: what the event loop needs of it, and nothing of the loop."""

    def __init__(
        self,
        config: Settings,
        launcher: Launcher,
        signals: Signals,
        shell: Mapping[str, str],
        *,
        moved: Callable[[int], None],
    ) -> None:
        """`moved` is told of the control API's port when that changes."""
        self.config = config
        self._moved = moved
        self.launcher = launcher
        self.shell = shell
        self.signals = signals
        self.changed: Callable[[], None] = _ignore
        self.spawned: Callable[[str, Process], None] = _ignore
        self.drain: Drain = send_sigterm
        self.token = token.write_token(config.token_file)
        self.log = Log(
            [service.name for service in config.services],
            directory=config.directory / "logs",
            colour=config.colour,
            as_json=config.log_format is LogFormat.JSON,
        )
        self.feed = RingBuffer()
        self.log.follow(self.feed.take)
        self.supervisor = Supervisor(
            config,
            launch=self._launch,
            explain=self._explain,
            drain=self._drain,
            record=self._record,
            report=self.log.report,
            changed=self._has_changed,
            pid=os.getpid(),
        )
        self._evidence = Evidence(config.root)
        self._unkept: list[CrashReport] = []

    def sockets(self) -> dict[str, socket.socket]:
        """Return the listening sockets that we have now, by service."""
        ports = {each.name: each.port for each in self.config.services if each.port is not None}
        found = {name: self.launcher.ports.find(port) for name, port in ports.items()}
        return {name: sock for name, sock in found.items() if sock is not None}

    def held(self) -> dict[int, socket.socket]:
        """Return the listening sockets that are ours for good, by port."""
        ports = {port: self.launcher.ports.find(port) for port in held_ports(self.config)}
        return {port: sock for port, sock in ports.items() if sock is not None}

    def control(self) -> socket.socket | None:
        """Return the listening socket of the control API."""
        return self.launcher.ports.find(self.config.guard_port)

    def borrow(self, snapshot: Snapshot) -> bool:
        """Take the ports of those that are down; whether all were had.

        Those that are held we have, but for one whose former process bound it for itself.
        """
        down = {view.name for view in snapshot.services if view.state in NOBODY_THERE}
        borrowed = [
            self.launcher.ports.borrow(service.port)
            for service in self.config.services
            if service.port is not None and service.name in down
        ]
        return all(borrowed)

    def record_discovered_port(self, name: str, port: int) -> None:
        """Take note of the port that a service listens on, which its line does not state."""
        others = {each.port for each in self.config.services if each.name != name}
        known = self.config.find(name)
        if known is None or known.port == port or port in others:
            return
        self.log.report(f"{name} listens on port {port}: http://localhost:{port}")
        service = known._replace(port=port, discovered=True)
        services = [service if each.name == name else each for each in self.config.services]
        self.config = self.launcher.config = self.config._replace(services=tuple(services))
        self.supervisor.note(self.config)

    def _has_changed(self) -> None:
        # Only now: the restart, which goes before, need not share the processor with it.
        while self._unkept:
            self.crashes.keep(self._unkept.pop())
        self.changed()

    def _drain(self, service: Service, process: Running, state: State) -> None:
        self.drain(service, process, state)

    def _launch(self, service: Service) -> Process:
        started = self.launcher.launch(service)
        self.log.attach(service.name, started.master)
        self.spawned(service.name, started)
        return started

    def terminal(self, name: str) -> int | None:
        """Return the terminal of a service's process, None if none runs."""
        running = self.supervisor.running().get(name)
        return running.terminal if isinstance(running, Process) else None

    @cached_property
    def crashes(self) -> CrashReports:
        """The post-mortems of this folder; not needed before somebody dies or asks."""
        from scripts.guard.diagnosis.crash_reports import CrashReports

        return CrashReports(self.config.directory / "crashes")

    def prepare_for_crashes(self) -> None:
        """Load what a death needs while there is time: the restart then need not wait for it."""
        for name in ("diagnosis.diagnose", "pages.standby_page"):
            import_module(f"scripts.guard.{name}")
        self.crashes.prepare(self.config.environment)

    def _record(self, service: Service, exit_status: int | OSError, cause: Cause) -> None:
        from scripts.guard.diagnosis.crash_reports import CrashReport

        started = (
            None
            if isinstance(exit_status, OSError)
            else self.launcher.last_started.get(service.name)
        )
        self._unkept.append(
            CrashReport(
                time=datetime.now(UTC),
                service=service.name,
                command=service.command,
                pid=None if started is None else started.process.pid,
                exit_status=exit_status,
                cause=cause,
                started=None if started is None else datetime.fromtimestamp(started.at, UTC),
                lines=self.log.tail(service.name),
                left=() if started is None else started.process.left,
                environment=self.config.environment if started is None else started.environment,
                ports={each.name: each.port for each in self.config.services if each.port},
            )
        )

    def _explain(self, service: Service, exit_status: int | OSError) -> Cause:
        from scripts.guard.diagnosis import diagnose

        self.log.drained(service.name, timeout=DRAIN_SECONDS)
        lines = self.log.output_of_current_run(service.name)
        return diagnose.explain(service, exit_status, lines, self._evidence.gather())

    def reconfigure(self, config: Settings) -> None:
        """Follow changed settings; raises `GuardError` where a new port cannot be had.

        New ports are bound before, old ones closed after what uses them has moved. One that a
        process of ours has bound for itself is bound once that has left.
        """
        config = self._lasting(config)
        ours = {service.port for service in self.config.services}
        for port, setting in self_binding(config):
            if port not in ours:
                require_free(port, setting)
        bound = {port for port, _ in self_binding(self.config)}
        new = {port: name for port, name in held_ports(config).items() if port not in bound}
        self.launcher.ports.hold(new)
        self.config = self.launcher.config = config
        self._moved(config.guard_port)
        self.supervisor.reconfigure(config)
        borrowed = {port for port, _ in self_binding(config)}
        self.launcher.ports.keep_only({*held_ports(config), *borrowed})

    def _lasting(self, config: Settings) -> Settings:
        """Keep what cannot change while we run, and say so."""
        old = self.config
        if not directory.is_same(config.directory, old.directory):
            self.log.report("GUARD_DIR is followed at the next start")
        if config.log_format is not old.log_format:
            self.log.report("GUARD_LOG is followed at the next start")
        return config._replace(
            directory=old.directory,
            log_format=old.log_format,
            colour=old.colour,
            services=tuple(_as_found(service, old) for service in config.services),
        )


def _as_found(service: Service, before: Settings) -> Service:
    """Keep the port on which a line that has not changed was found to listen."""
    known = before.find(service.name)
    if known is None or not known.discovered or known.command != service.command or service.port:
        return service
    return service._replace(port=known.port, discovered=True)


def _ignore(*_: object) -> None:
    """Until the event loop listens, nobody needs to be told: it looks for itself then."""
