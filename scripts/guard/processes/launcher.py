"""Hold the ports and start the processes, with as few imports as that takes.

The first processes are started before the rest of the guard is imported: the servers come up while
it does.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from ..config import environment
from ..config.current import CurrentConfig
from ..config.service import Service
from ..config.settings import Settings
from ..core.run_tag import RunTag
from ..net.port_table import Ports
from ..preload.preloading import Preloading
from ..rundir import orphans
from . import process, screen
from .process import Process
from .socket_numbers import SocketNumbers


class Started(NamedTuple):
    """A process as it was started."""

    process: Process
    at: float
    """In seconds of the epoch."""
    environment: Mapping[str, str]


class Launcher:
    """Starts the lines of the Procfile, each with its socket and its environment.

    `files` is how many files they may open, where that is not what the guard may. Raises
    `GuardError` if a port is unavailable.
    """

    def __init__(self, current: CurrentConfig, *, files: int | None = None) -> None:
        config = current.get()
        self._files = files
        self._current = current
        self.ports = Ports()
        self.last_started: dict[str, Started] = {}
        """The last process of each service, whether it still runs or not."""
        self.preloadings: dict[str, Preloading] = {}
        """Of each service whose line asks for it."""
        self.run = orphans.new_run()
        """The mark of all that is started here."""
        self._early: dict[str, Process] = {}
        self._numbers = SocketNumbers()
        self.ports.hold(held_ports(config), free=self_binding(config))

    def start_early(self) -> None:
        """Start every service that waits for no other; `launch` answers with what was started here.

        What cannot be started is left for `launch` to fail with.
        """
        for service in self._current.get().services:
            if service.after or service.left_out:
                continue
            with contextlib.suppress(OSError):
                self._early[service.name] = self._start(service)
        self._record()

    @property
    def early(self) -> Mapping[str, Process]:
        """What was started early and `launch` has not answered with yet, by service."""
        return self._early

    def launch(self, service: Service) -> Process:
        """Start a service; raises `OSError`."""
        if service.name in self._early:
            return self._early.pop(service.name)
        started = self._start(service)
        self._record()
        return started

    def tag(self, name: str) -> RunTag:
        """Return the mark by which everything that descends from a service is known."""
        return RunTag(self.run, name)

    def _start(self, service: Service) -> Process:
        with self._numbers.lent(service.name, self._socket(service)) as fds:
            return self._start_with(service, fds)

    def _start_with(self, service: Service, fds: tuple[int, ...]) -> Process:
        config = self._current.get()
        variables = environment.of(config, service, *fds or (None,))
        tag, fork, inherited = self.tag(service.name), None, fds
        if service.preload:
            preloading = self.preloadings.setdefault(service.name, Preloading(service.name))
            if (begun := preloading.begin(service.command)) is not None:
                story, words = begun
                variable = f"{service.variable}_PRELOAD"
                variables[variable] = words
                fork = partial(preloading.fork, variable=variable, sockets=fds)
                inherited = (*fds, story)
        started = process.spawn(
            service.command,
            variables,
            config.root,
            inherited,
            tag,
            files=self._files,
            size=screen.of_services(config),
            fork=fork,
            stop_signal=service.stop_signal,
        )
        self.last_started[service.name] = Started(started, time.time(), variables)
        return started

    def _socket(self, service: Service) -> socket.socket | None:
        """Return the socket that it takes.

        Raises `OSError` where the port of a line that bound it for itself until now is not free.
        """
        if service.port is None or not service.held:
            return None
        return self.ports.take(service.port)

    def _record(self) -> None:
        recorded = [
            orphans.RecordedProcess(name, started.process.pid, started.at, self.run)
            for name, started in self.last_started.items()
        ]
        with contextlib.suppress(OSError):  # a full disk must not stop a restart
            orphans.record_processes(self._current.get().directory, recorded)


def held_ports(config: Settings) -> dict[int, str]:
    """Return the ports that the guard holds for as long as these settings last."""
    return {config.guard_port: "GUARD_PORT"} | {
        service.port: f"{service.variable}_PORT"
        for service in config.services
        if service.held and service.port is not None and not service.left_out
    }


def self_binding(config: Settings) -> list[tuple[int, str]]:
    """Return the ports that servers bind for themselves, with their settings."""
    return [
        (service.port, f"{service.variable}_PORT")
        for service in config.services
        if not service.held and service.port is not None and not service.left_out
    ]
