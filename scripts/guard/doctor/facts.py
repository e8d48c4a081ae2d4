"""What most checks look at, gathered once: the settings, the guard, who listens where."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import hints
from ..core.errors import GuardError
from ..http import client
from ..http.client import Answer
from ..net import port_owners
from ..rundir import lock

if TYPE_CHECKING:  # it needs packages, and to find those missing is a doctor's work
    from ..config import settings
    from ..config.service import Service

PROBE_SECONDS = 0.8  # for an answer; all probes are made at the same time
STATUS_SECONDS = 3.0  # for the guard's own answer: a millisecond, on a machine that is not busy
LOOPBACKS = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class Listener:
    """A listening socket."""

    port: int
    address: str
    pid: int | None
    """None where this user may not see whose it is."""


@dataclass(frozen=True)
class Facts:
    """A folder with a Procfile, and what runs in it."""

    procfile: Path
    env_files: tuple[Path, ...]
    config: settings.Settings | None
    """None where the settings are wrong; `error` says how."""
    error: GuardError | None
    guard: int | None
    """The pid of the guard that runs here."""
    status: Mapping[str, Any] | None
    """What it says of itself; None if it does not answer."""
    listeners: tuple[Listener, ...]

    @property
    def root(self) -> Path:
        """The folder."""
        return self.procfile.parent

    @property
    def environment(self) -> Mapping[str, str]:
        """The shell's variables over those of `.env`."""
        return os.environ if self.config is None else self.config.environment

    def view(self, name: str) -> Mapping[str, Any] | None:
        """Return what the guard says of a service."""
        views = [] if self.status is None else self.status["services"]
        return next((view for view in views if view["name"] == name), None)

    def on(self, port: int) -> list[Listener]:
        """Return who listens on a port."""
        return [listener for listener in self.listeners if listener.port == port]


def gather(procfile: Path, env_files: Sequence[Path]) -> Facts:
    """Look at everything; raises nothing that a user can cause."""
    procfile = procfile.absolute()
    config, error = None, None
    try:
        from ..config import settings
        from ..rundir import directory

        config = directory.of_running(settings.load(procfile, env_files, pipes=False))
        if not config.environment.get("GUARD_PORT", "").strip():  # another guard may have it
            config = config._replace(guard_port=lock.port(config.directory) or config.guard_port)
    except GuardError as caught:
        error = caught
    except ImportError as missing:
        error = GuardError(
            f"the Python package {missing.name} is missing",
            hints.setup() or f"pip install {missing.name}",
        )
    guard = None if config is None else lock.owner(config.directory)
    status = None if config is None or guard is None else _status(guard, config)
    if config is not None and status is not None:
        config = _as_it_runs(config, status)
    return Facts(
        procfile=procfile,
        env_files=tuple(env_files) or (procfile.parent / ".env", procfile.parent / ".env.local"),
        config=config,
        error=error,
        guard=guard,
        status=status,
        listeners=_listeners(),
    )


def is_suspended(pid: int) -> bool:
    """Whether a process was stopped, as Ctrl-Z does."""
    try:
        import psutil
    except ImportError:  # told where the packages are looked at
        return False
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    except psutil.Error:  # it has just ended, or is another user's
        return False


def _as_it_runs(config: settings.Settings, status: Mapping[str, Any]) -> settings.Settings:
    """Add what the guard was told and has found: instances, who is left out, unstated ports."""
    return config._replace(
        services=tuple(
            service
            for line in config.services
            for service in _services(line, [*_views_of(line.name, status)])
        )
    )


def _views_of(line: str, status: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (view for view in status["services"] if view.get("line", view["name"]) == line)


def _services(line: Service, views: Sequence[Mapping[str, Any]]) -> list[Service]:
    if not views:
        return [line]
    if views[0]["name"] != line.name:
        return [
            line._replace(name=view["name"], port=view["port"], instance_of=line.name)
            for view in views
        ]
    line = line._replace(left_out=views[0].get("left_out", False))
    return [line if line.port else line._replace(port=views[0].get("port"), discovered=True)]


def _status(guard: int, config: settings.Settings) -> dict[str, Any] | None:
    if is_suspended(guard):  # and will say nothing, however long one waits
        return None
    from ..rundir import trust

    port = config.guard_port
    vet = partial(trust.require_our_listener, config.directory, port)
    try:
        answer = client.ask("127.0.0.1", port, "/api/status", STATUS_SECONDS, vet=vet)
        value = json.loads(answer.body)
    except (GuardError, ValueError):  # another user listens there, or it is no guard
        return None
    return value if isinstance(value, dict) and "services" in value else None


def ask(
    host: str,
    port: int,
    path: str,
    timeout: float = PROBE_SECONDS,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Make one HTTP request; all probes are made at the same time."""
    return client.ask(host, port, path, timeout, headers=headers)


def connect(host: str, port: int, timeout: float = PROBE_SECONDS) -> Answer:
    """Connect, and say nothing: to a server that speaks no HTTP."""
    try:
        socket.create_connection((host, port), timeout).close()
    except OSError as error:
        return Answer(connected=False, error=str(error))
    return Answer(connected=True)


def has(host: str) -> bool:
    """Whether this machine has that loopback address at all."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((host, 0))
    except OSError:
        return False
    return True


def port_owner(pid: int) -> port_owners.PortOwner | None:
    """Return what is known of a process; None if it has ended or is another user's."""
    import time

    import psutil

    try:
        process = psutil.Process(pid)
        with process.oneshot():
            command = " ".join(process.cmdline()) or process.name()
            return port_owners.PortOwner(
                pid, command, process.cwd(), time.time() - process.create_time()
            )
    except psutil.Error:
        return None


def _listeners() -> tuple[Listener, ...]:
    try:
        import psutil
    except ImportError:  # told where the packages are looked at
        return ()
    return tuple(
        Listener(connection.laddr.port, connection.laddr.ip, pid)
        for connection, pid in _connections()
        if connection.status == psutil.CONN_LISTEN
    )


def _connections() -> Iterator[tuple[Any, int | None]]:
    import psutil

    try:
        for connection in psutil.net_connections("tcp"):
            yield connection, connection.pid
    except psutil.AccessDenied:  # macOS shows all to root alone; one's own are enough
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                yield from ((own, process.pid) for own in process.net_connections("tcp"))
