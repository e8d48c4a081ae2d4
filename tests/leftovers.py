"""Finds what a test left running, wherever it has moved: daemons too, whose parents are gone."""

from __future__ import annotations

import os
import time
import uuid
from contextlib import suppress
from pathlib import Path

import psutil

from scripts.guard.core import environment

PATIENCE = 10.0  # seconds in which what has been told to end is gone


def new_mark() -> str:
    """Return the name of a variable that nobody has, for the environment of what is started.

    It is the name that is looked for: whoever starts a guard, or another pytest, marks that one's
    processes too, and they keep the marks that they were born with.
    """
    return f"STARTED_BY_TESTS_{uuid.uuid4().hex}"


def marked(mark: str) -> list[psutil.Process]:
    """Return every process of this machine that was started with the mark."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if mark in environment.of(process) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def using(folder: Path) -> list[psutil.Process]:
    """Return every process that works in a folder or has a file of it open."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            places = [process.cwd(), *(file.path for file in process.open_files())]
            if process.pid != os.getpid() and any(Path(at).is_relative_to(folder) for at in places):
                found.append(process)
    return found


def left(mark: str, folder: Path | None = None) -> list[str]:
    """Return who is still there when there has been time to end, a line each."""
    end = time.monotonic() + PATIENCE
    while found := {*marked(mark), *(using(folder) if folder else ())}:
        if time.monotonic() > end:
            return sorted(map(_told, found))
        time.sleep(0.02)
    return []


def _told(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return f"{process.pid} {' '.join(process.cmdline())}"
    return f"{process.pid} (gone meanwhile)"
