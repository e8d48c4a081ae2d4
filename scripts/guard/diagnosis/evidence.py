"""Look up what a crashed process's last lines do not tell: ports, files, locks, memory kills."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from functools import cache
from pathlib import Path

from ..net import port_owners
from .context import Context
from .memory_kills import MemoryKills

LOCKS = ("requirements.txt", "requirements-dev.txt", "uv.lock", "poetry.lock")
_KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL, 256 - signal.SIGKILL)
"""Itself, or, as a shell or a Python program tells it, what it ran."""


class Evidence:
    """Gathers the `Context` of crashes under one Procfile."""

    def __init__(self, root: Path, kills: MemoryKills | None = None) -> None:
        self._root = root
        self._kills = kills

    def gather(self, pid: int | None = None, exit_status: int | OSError = 0) -> Context:
        """Return what is to be known now of a process that has just ended, as `explain` has it."""
        return Context(
            root=self._root,
            held_by=cache(_held_by),
            exists=os.path.exists,  # the method of Path raises where one may not look
            locked=self._locked,
            has_target=self._has_target,
            is_foreign=self._is_foreign,
            out_of_memory=self._was_killed_for_memory(pid, exit_status),
        )

    def _was_killed_for_memory(self, pid: int | None, exit_status: int | OSError) -> bool:
        if self._kills is None or pid is None or exit_status not in _KILLED:
            return False
        return self._kills.has_killed(pid, itself=exit_status == -signal.SIGKILL)

    def _is_foreign(self, path: Path) -> bool:
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            real = path.resolve(strict=True)  # a link may lead out of the project
            return self._root.resolve() in real.parents and real.stat().st_uid != os.getuid()
        return False

    def _has_target(self, name: str) -> bool:
        with contextlib.suppress(OSError):
            text = (self._root / "Makefile").read_text("utf-8", "replace")
            return re.search(rf"^{re.escape(name)}:", text, re.MULTILINE) is not None
        return False

    def _locked(self, package: str) -> str | None:
        entry = re.compile(
            rf'^(?:name = ")?{re.escape(package)}(?:\[.*\])?(?:[ =<>~!;"]|$)',
            re.IGNORECASE | re.MULTILINE,
        )
        for lock in (self._root / name for name in LOCKS):
            # One that is not there, or may not be read, says nothing.
            with contextlib.suppress(OSError):
                if lock.is_file() and entry.search(lock.read_text("utf-8", "replace")):
                    return lock.name
        return None


def _held_by(port: int) -> str | None:
    owners = port_owners.owners(port)
    if any(holder.pid == os.getpid() for holder in owners):
        return "the guard, which holds it for this service (its line must take it over)"
    return ", ".join(map(str, owners)) or None
