"""What every process of one service inherits, by which its descendants are recognised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_SERVICE, _RUN = "GUARD_SERVICE", "GUARD_RUN"
SPARED = "GUARD_SPARES"
"""What has the mark of a run in this variable is its user's, a browser, say, and outlives it."""

RUN_HEADER = "X-Guard-Run"
"""By which a service knows that the guard which started it asks, and not anybody: `$GUARD_RUN`."""


class RunTag(NamedTuple):
    """What every process of one service of one run of the guard inherits."""

    run: str
    """Different for every guard that was ever started, and known to its user and to root only."""
    service: str

    def as_environment(self) -> dict[str, str]:
        """Return the variables that carry it."""
        return {_RUN: self.run, _SERVICE: self.service}

    def is_in(self, environment: Mapping[str, str]) -> bool:
        """Whether an environment carries it."""
        return environment.items() >= self.as_environment().items()
