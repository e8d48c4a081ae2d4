"""The size of the terminals that the services get: ours, less what stands before their lines."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import NamedTuple

from ..config.settings import LogFormat, Settings
from ..logs import prefix

LARGEST = 1000  # rows or columns; what says more is no screen
NARROWEST = 20  # columns; programs draw nonsense on fewer


class ScreenSize(NamedTuple):
    """Rows and columns, in characters."""

    rows: int
    columns: int


NO_SCREEN = ScreenSize(40, 120)
"""Where the log goes to no terminal, and nothing else is said."""


def of_services(config: Settings) -> ScreenSize:
    """Return the size that a service's terminal has now."""
    with contextlib.suppress(OSError):
        ours = os.get_terminal_size(1)
        if ours.columns and ours.lines:
            taken = _taken(config)
            return ScreenSize(ours.lines, max(min(NARROWEST, ours.columns), ours.columns - taken))
    named = config.environment
    return ScreenSize(
        _number(named, "LINES", NO_SCREEN.rows), _number(named, "COLUMNS", NO_SCREEN.columns)
    )


def _taken(config: Settings) -> int:
    if config.log_format is LogFormat.JSON or not config.log_prefix:
        return 0
    return prefix.width((service.name for service in config.services), time=config.log_time)


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "")
    sane = text.isascii() and text.isdigit() and 0 < int(text) <= LARGEST
    return int(text) if sane else default
