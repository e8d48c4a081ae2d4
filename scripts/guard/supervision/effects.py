"""The functions that the supervisor is given to carry out what it has decided."""

from __future__ import annotations

import signal
from collections.abc import Callable

from ..config.service import Service
from ..core.cause import Cause
from ..core.phases import State
from ..core.process import Running
from ..core.snapshot import Snapshot

Exited = Callable[[Running], bool]
"""Handle the exit of a process; returns False if it is to be called again a little later."""
Launch = Callable[[Service, Exited], Running]
"""Start a process, and call the function once it has exited; raises `OSError`."""
Changed = Callable[[Snapshot, float | None], None]
"""Receive a snapshot, and when to call `tick()` (None: not before the next snapshot)."""
HasRead = Callable[[Service, Running], bool]
"""Whether the final output of a process that has exited is there; asked until it is so."""
Explain = Callable[[Service, int | OSError], Cause]
Drain = Callable[[Service, Running, State, Callable[[], None]], None]
"""Ask a process to stop, and call the function once it has been asked: it may read on until then.

The state is the one it was in before."""
Record = Callable[[Service, int | OSError, Cause], None]


def read_at_once(_line: Service, _process: Running) -> bool:
    """Read the output of a process before its exit is told of."""
    return True


def keep_nothing(*_: object) -> None:
    """Record no crash."""


def send_sigterm(
    _line: Service, process: Running, _state: State, asked: Callable[[], None]
) -> None:
    """Ask a process to stop, at once."""
    process.signal(signal.SIGTERM)
    asked()
