"""What is to be done in one history: calls and faults at their times, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

ACTIONS = ("add", "pause", "resume", "cancel", "retry", "move", "delete")
WEIGHTS = (8, 4, 4, 3, 2, 3, 2)
FAULTS = {
    "kill backend": 0.0,
    "kill runners": 0.0,
    "kill all backends": 0.0,
    "stop backend": 4.0,
    "restart database": 1.0,
    "kill database": 1.0,
    "fail over": 0.0,
    "cut network": 6.0,
    "delay network": 4.0,
    "one-way network": 6.0,
    "fill disk": 3.0,
}
"""Kinds of faults, with the most seconds that each lasts."""
FIRST_ADDS, FIRST_PAUSE = 10, 0.15
"""Downloads that are added before anything else happens, and the seconds between two of them."""


@dataclass(frozen=True, slots=True)
class Step:
    """A call or a fault."""

    at: float
    """Seconds after the beginning."""
    what: str
    """One of `ACTIONS` or `FAULTS`."""
    backend: int
    """Through which a call is made, or to which a fault is done."""
    target: float = 0.0
    """Which of the known downloads a call is about, as a part of one."""
    other: float = 0.0
    """In front of which another is moved."""
    lasts: float = 0.0
    """Seconds of a fault."""

    @property
    def is_fault(self) -> bool:
        """Whether it is done to the system, not asked of it."""
        return self.what in FAULTS


Plan = tuple[Step, ...]


def draw(
    seed: int,
    kinds: Sequence[str] = tuple(FAULTS),
    *,
    backends: int = 2,
    calls: int = 22,
    faults: int = 3,
    seconds: float = 10.0,
) -> Plan:
    """Draw a plan: the same for the same arguments.

    Args:
        seed: what decides about everything.
        kinds: of faults, those that there may be.
        backends: how many there are.
        calls: how many are made beside the first few additions.
        faults: how many are done.
        seconds: in which all of it begins.

    """
    chance = random.Random(seed)  # noqa: S311 - repeatable is what it must be
    steps = [Step(number * FIRST_PAUSE, "add", number % backends) for number in range(FIRST_ADDS)]
    for _ in range(calls):
        (what,) = chance.choices(ACTIONS, WEIGHTS)
        at, backend = chance.uniform(FIRST_ADDS * FIRST_PAUSE, seconds), chance.randrange(backends)
        steps.append(Step(at, what, backend, chance.random(), chance.random()))
    for _ in range(faults):
        kind = chance.choice(kinds)
        lasts = chance.uniform(0.3, 1.0) * FAULTS[kind]
        at, backend = chance.uniform(FIRST_ADDS * FIRST_PAUSE, seconds), chance.randrange(backends)
        steps.append(Step(at, kind, backend, lasts=lasts))
    return tuple(sorted(steps, key=lambda step: step.at))
