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

from scripts.guard.app.signals import Signals
from scripts.guard.config import settings
from scripts.guard.config.settings import Settings
from scripts.guard.processes import descendants
from scripts.guard.processes.launcher import Launcher
from scripts.guard.rundir import directory
from scripts.guard.rundir.lock import Lock
from scripts.guard.rundir.orphans import remove_orphans

if TYPE_CHECKING:
    from scripts.guard.app.stack import Stack


def up(procfile: Path, env_files: Sequence[Path]) -> int:
    """Run the stack until it is told to leave; returns the exit code (130, 143, 129, 0).

    Raises `GuardError` where it cannot start; then nothing of ours is left running.
    """
    signals = Signals()
    signals.install()
    shell = dict(os.environ)
    config = settings.load(procfile, env_files, shell)
    config = directory.of_running(config)  # one that runs has locked it
    used, complaint = directory.prepare(config.directory)
    config = config._replace(directory=used)
    lock = Lock(config.directory)
    lock.acquire(config.guard_port)
    removed = remove_orphans(config.directory)
    launcher = Launcher(config)
    descendants.become_subreaper()
    launcher.start_early()
    stack: Stack | None = None
    try:
        sys.stdout.write(banner(config))
        sys.stdout.flush()
        from scripts.guard.app.stack import Stack

        stack = Stack(config, launcher, signals, shell, moved=lock.note)
        for orphan in removed:
            stack.log.report(f"removed {orphan.name} (pid {orphan.pid}), left by an earlier guard")
        for said in (*filter(None, [complaint]), *config.warnings):
            stack.log.report(said)
        stack.supervisor.start()
        stack.log.start()
        # Nothing here speaks TLS, and asyncio does without: a tenth of what it loads.
        cast("dict[str, Any]", sys.modules).setdefault("ssl", None)
        from scripts.guard.app import event_loop

        return event_loop.run(stack)
    finally:
        _end(launcher, stack)
        lock.release()


def _end(launcher: Launcher, stack: Stack | None) -> None:
    """Whatever happened: no process is left behind, and every line is shown."""
    running = [] if stack is None else stack.supervisor.running().values()
    for remaining in (*launcher.not_taken_over(), *running):
        remaining.signal(signal.SIGKILL)
        remaining.reap()
    descendants.kill_adopted()
    if stack is not None:
        stack.log.close()
    with contextlib.suppress(OSError):
        (launcher.config.directory / "lease.json").unlink()


def banner(config: Settings) -> str:
    """Return what is printed before the logs: the URLs to open."""
    lines = [f"  {service.name:<10} {service.url}" for service in config.services if service.url]
    lines.append(f"  {'guard':<10} {config.guard_url}")
    return "\n" + "\n".join(lines) + "\n  Ctrl-C stops everything.\n\n"
