"""What a crash is attributed to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

DEPENDENCY_DOWN = "dependency-down"
PORT_LOST = "port-lost"
NOT_READY = "not-ready"


class Cause(NamedTuple):
    """Why a service is not up, for the log, the page and the status alike."""

    kind: str
    """Lower-case words with hyphens: ``syntax-error``."""
    sentence: str
    """What happened, for someone who is no programmer."""
    fix: str
    """The exact next command or edit."""
    transient: bool
    """Whether the same command may well succeed when it is tried again."""
    values: Mapping[str, str] = MappingProxyType({})
    """What the sentence and the fix are made of, by name: for who says them in another language."""

    @property
    def is_of_another(self) -> bool:
        """Whether it crashed because another service was not there."""
        return self.kind == DEPENDENCY_DOWN

    def is_like(self, other: Cause) -> bool:
        """Whether another says the same, but for its numbers: of time, and of a processor's use."""
        return (self.kind, _without_numbers(self)) == (other.kind, _without_numbers(other))

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of the control API."""
        told = {"kind": self.kind, "sentence": self.sentence, "fix": self.fix}
        return told | {"values": dict(self.values)}


def _without_numbers(cause: Cause) -> str:
    return re.sub(r"(?<!\d)\d+ ?(?:s;|% of)", "", cause.sentence)
