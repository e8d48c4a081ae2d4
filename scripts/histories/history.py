"""What happened: what clients asked and were told, what was fetched, and how it ended."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Effect = Literal["yes", "no", "maybe"]


@dataclass(frozen=True, slots=True)
class Call:
    """A request of a client; times are monotonic seconds since the beginning."""

    action: str
    key: str
    """The download that it is about: what its address ends in."""
    item: str | None
    """Its id; None while nobody was told it."""
    backend: int
    begun: float
    ended: float
    status: int
    """HTTP status of the answer; 0 where none came."""

    @property
    def effect(self) -> Effect:
        """Whether the backend has done what it was asked, by its answer.

        What got no answer, or an error of the server, may have been done all the same.
        """
        effects: dict[int, Effect] = {2: "yes", 4: "no"}
        return effects.get(self.status // 100, "maybe")

    @property
    def settled(self) -> float:
        """When it had its effect at the latest, if it had one.

        What got no answer waits in the backend's queue, perhaps, and is carried out at any time.
        """
        return self.ended if self.status else math.inf


@dataclass(frozen=True, slots=True)
class Transfer:
    """A body that the source sent."""

    key: str
    first: int
    """Its first byte within the file."""
    begun: float
    ended: float


@dataclass(frozen=True, slots=True)
class Fault:
    """What was done to the system, to which backend, and for how long."""

    kind: str
    backend: int
    begun: float
    ended: float


@dataclass(frozen=True, slots=True)
class Final:
    """A download when nothing moved any more."""

    key: str
    item: str
    state: str
    error: str | None
    """Kind of its error."""
    attempt: int
    started: float | None
    """When it was claimed first, in the seconds of the calls."""
    digest: str | None
    """SHA-256 of the file that the API sends; None where it sends none."""


@dataclass(frozen=True, slots=True)
class History:
    """One run from its first call to its rest."""

    calls: tuple[Call, ...]
    transfers: tuple[Transfer, ...]
    faults: tuple[Fault, ...]
    finals: tuple[Final, ...]
    files: tuple[str, ...]
    """Names in the media folder at the end."""
    staged: tuple[str, ...]
    """What was left in staging."""
    digest: str
    """SHA-256 of what every download must be."""
    at_once: int
    """How many downloads all backends together may run at a time."""
    clocks_apart: bool = False
    each_at_once: int = 0
    """How many of them one process may run."""
    most: dict[str, int] = field(default_factory=dict)
    """The most that each process had at a time, by its name; empty where nobody looked."""

    def write(self, file: Path) -> None:
        """Write it as JSON."""
        file.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


def read(file: Path) -> History:
    """Read what `History.write` wrote; raises OSError, ValueError, KeyError or TypeError."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    kinds = {"calls": Call, "transfers": Transfer, "faults": Fault, "finals": Final}
    for name, kind in kinds.items():
        found[name] = tuple(kind(**each) for each in found[name])
    for name in ("files", "staged"):
        found[name] = tuple(found[name])
    return History(**found)
