"""What asks a service to leave: SIGTERM, or what `NAME_STOP_SIGNAL` says."""

from __future__ import annotations

import signal

from .parsing import Values
from .procfile import variable

ENDING = ("TERM", "INT", "QUIT", "HUP", "USR1", "USR2", "WINCH")  # of nginx and Apache too


def of(name: str, given: Values) -> signal.Signals:
    """Return the signal for a line."""
    return given.take_of_service(f"{variable(name)}_STOP_SIGNAL", signal.SIGTERM, _parse)


def _parse(raw: str) -> signal.Signals:
    """Parse `INT` or `SIGINT`."""
    name = raw.upper().removeprefix("SIG")
    if name not in ENDING:
        raise ValueError(f"must be a signal that asks to leave: {', '.join(ENDING)}")
    return signal.Signals[f"SIG{name}"]
