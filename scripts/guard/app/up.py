"""`up`: join the parts, in the order in which things happen.

The processes are started before what follows them is imported: the servers come up while the rest
of the guard does. That is also why records are `NamedTuple`s here: a dataclass is compiled at each
start, and what makes it loads `inspect`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ..config import settings
from ..config.current import CurrentConfig
from ..config.selection import Selection
from ..config.settings import LogFormat, Settings
from ..core import hints
from ..core.errors import GuardError
from ..processes import descendants, descriptors
from ..processes.launcher import Launcher
from ..rundir import directory, projects
from ..rundir.lock import Lock
from ..rundir.orphans import remove_orphans
from .signals import Signals

if TYPE_CHECKING:
    from ..logs.log import Log


def up(
    procfile: Path, env_files: Sequence[Path], selection: Selection, *, prefix: bool = True
) -> int:
    """Run the stack until it is told to leave; returns the exit code (130, 143, 129, 0).

    With `prefix` off, the lines of the log are as they were written.
    Raises `GuardError` where it cannot start; then nothing of ours is left running.
    """
    shell = dict(os.environ)
    config = settings.load(procfile, env_files, shell, selection=selection)
    signals = Signals()
    signals.install()  # until here a signal ends us: a named pipe is waited for
    config = config._replace(log_prefix=prefix)
    selection.require_known((service.line for service in config.services), config.procfile.name)
    config = directory.of_running(config)  # one that runs has locked it
    config, other = beside_another_guard(config)
    former = directory.former(config)
    moved = None if former is None else projects.take_over(former, config.directory)
    used, complaint = directory.prepare(config.directory)
    config = config._replace(directory=used)
    lock = Lock(config.directory)
    lock.acquire(config.guard_port)
    projects.note(config.directory, config.procfile)
    removed = remove_orphans(config.directory)
    current = CurrentConfig(config)
    current.subscribe(lambda config: lock.note(config.guard_port))
    launcher = Launcher(current, files=descriptors.raise_limit())
    descendants.become_subreaper()
    launcher.start_early()
    log: Log | None = None
    try:
        from ..terminal.modes import has_keyboard

        as_json = config.log_format is LogFormat.JSON
        if not as_json:
            sys.stdout.write(banner(config, keys=has_keyboard()))
            sys.stdout.flush()
        from ..logs.ring_buffer import RingBuffer

        log, feed = _log(config), RingBuffer()
        log.follow(feed.take)
        for orphan in removed:
            log.report(f"removed {orphan.name} (pid {orphan.pid}), left by an earlier guard")
        for said in (*filter(None, [complaint, moved, other]), *config.warnings):
            log.report(said)
        for said in addresses(config) if as_json else ():
            log.report(said)
        for name, process in launcher.early.items():
            log.attach(name, process.master)
        _start(log)
        # Nothing here speaks TLS, and asyncio does without: a tenth of what it loads.
        cast("dict[str, Any]", sys.modules).setdefault("ssl", None)
        import asyncio

        from .assembly import run
        from .started import Started

        return asyncio.run(run(Started(current, launcher, log, feed, signals, shell)))
    finally:
        _end(launcher, log)
        with contextlib.suppress(OSError):
            (config.directory / "lease.json").unlink()
        lock.release()


def beside_another_guard(config: Settings) -> tuple[Settings, str | None]:
    """Take another port for the control API where another guard has the default one, and say so.

    A second checkout of a project is the usual case. A port that a setting states is that one, and
    one that a stranger has is an error, as any other.
    """
    port = config.guard_port
    if config.environment.get("GUARD_PORT", "").strip() or _is_free(port):
        return config, None
    from ..net import guards, port_owners, taken_ports

    others = filter(None, (guards.guard_of(pid) for pid in port_owners.pids_at(port)))
    other = next((found for found in others if found.root != config.root), None)
    ports = frozenset(service.port for service in config.services if service.port is not None)
    free = None if other is None else taken_ports.free_port(port, ports)
    if other is None or free is None:
        return config, None
    return config._replace(guard_port=free), (
        f"the guard of {other.root} has port {port}; this one has {free} (GUARD_PORT sets it)"
    )


def _is_free(port: int) -> bool:
    from ..net import bind

    try:
        bind.hold(port).close()
    except OSError:
        return False
    return True


def _log(config: Settings) -> Log:
    from ..logs.log import Log

    return Log(
        [service.name for service in config.services],
        directory=config.directory / "logs",
        colour=config.colour,
        erases=not config.dumb,
        as_json=config.log_format is LogFormat.JSON,
        time=config.log_time,
        prefix=config.log_prefix,
    )


def _start(log: Log) -> None:
    """Begin to show what is logged; raises `GuardError` where there is no thread for it."""
    try:
        log.start()
    except RuntimeError as error:
        raise GuardError(
            "The system starts no more threads for this user, and the guard needs a few",
            "ps -u $USER   # what runs; `ulimit -u` is how much may, and a container has a limit "
            "of its own",
        ) from error


def _end(launcher: Launcher, log: Log | None) -> None:
    """Whatever happened: no process is left behind, and every line is shown."""
    for started in launcher.last_started.values():
        if not started.process.is_reaped:
            started.process.signal(signal.SIGKILL)
            started.process.reap()
    for preloading in launcher.preloadings.values():
        preloading.close()
    descendants.kill_adopted(launcher.run)
    if log is not None:
        log.close()


def addresses(config: Settings) -> list[str]:
    """Return each service with the address to open, the guard with its own, and who is left out."""
    started = [service for service in config.services if not service.left_out]
    lines = [f"{service.name:<10} {service.url}" for service in started if service.url]
    lines.append(f"{'guard':<10} {config.guard_url}")
    if left_out := [service.name for service in config.services if service.left_out]:
        start = hints.command("start", left_out[0])
        lines.append(f"{'left out':<10} {', '.join(left_out)} (to start it: {start})")
    return lines


def banner(config: Settings, *, keys: bool) -> str:
    """Return what people are shown before the logs; machines get objects from the first line on.

    `keys` is whether the terminal has a keyboard that we listen to.
    """
    lines = "".join(f"  {line}\n" for line in addresses(config))
    told = "? shows the keys, " if keys else ""
    return f"\n{lines}  {told}Ctrl-C stops everything.\n\n"
