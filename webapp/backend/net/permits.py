"""One server of this machine that downloads may reach for a short while, beside ALLOW_HOSTS.

For `make smoke`, whose video is served here: on the default settings nothing here can be reached.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 120.0
"""How long a permit lasts; the next one takes its place."""

LOOPBACK = r"127\.0\.0\.1:[1-9]\d{0,4}"
"""An address and a port: never a name, a network, or another machine."""


class BadPermitError(ValueError):
    """A permit for something else than a port of 127.0.0.1."""


class Permits:
    """What ALLOW_HOSTS lists, and the permit of the moment."""

    def __init__(self, allowed: list[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._allowed, self._clock = allowed, clock
        self._source, self._until = "", 0.0

    def grant(self, source: str) -> None:
        """Let downloads reach `source` (`127.0.0.1:41234`) for `SECONDS`.

        Raises:
            BadPermitError: for anything but a port of 127.0.0.1.

        """
        if not re.fullmatch(LOOPBACK, source):
            raise BadPermitError(f"{source[:100]!r} is not a port of 127.0.0.1.")
        self._source, self._until = source, self._clock() + SECONDS

    def texts(self) -> list[str]:
        """What may be reached now, as `egress.Allowed` reads it."""
        is_valid = self._source and self._clock() < self._until
        return [*self._allowed, self._source] if is_valid else list(self._allowed)
