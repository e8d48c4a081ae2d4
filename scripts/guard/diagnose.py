"""(how it ended, its last lines) -> what it is put down to."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path

from scripts.guard.cause import Cause
from scripts.guard.settings import Service


def explain(service: Service, end: int | OSError, tail: Sequence[str], root: Path) -> Cause:
    """Return why a process ended; `end` is its code, minus its signal, or why it did not start."""
    look = f"make logs p={service.name}   # in {root}: {len(tail)} lines are shown on the page"
    if isinstance(end, OSError):
        return Cause(
            "not-started", f"{service.name} could not be started: {end}.", look, transient=True
        )
    if end < 0:
        name = signal.Signals(-end).name
        return Cause("killed", f"{service.name} was ended by {name}.", look, transient=True)
    return Cause("exit", f"{service.name} ended with code {end}.", look, transient=True)
