"""Whether the guard is slower than a peer: many rounds in turn, told apart from chance.

Servers take far longer to start than a supervisor to start them, and the medians of equals differ
too: the least of several is below the truth. So the guard's rounds are compared with each rival's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scripts.bench import measures
from scripts.bench.peers import Peer
from scripts.bench.report import Table, Target, median, milliseconds
from scripts.bench.rounds import each
from scripts.bench.stacks import Stack

ROUNDS = 21
CHANCE = 0.05
"""What is as improbable as this among equals is no chance."""
NEVER = math.inf


@dataclass(frozen=True)
class Duel:
    """What the guard took and what one rival took, round by round, in seconds."""

    rival: str
    own: Sequence[float]
    theirs: Sequence[float]

    @property
    def lost(self) -> int:
        """In how many rounds the guard was the slower one."""
        return sum(own > other for own, other in self._decided())

    @property
    def is_slower(self) -> bool:
        """Whether it lost more often than equals do: the sign test, one-sided, at `CHANCE`."""
        rounds = len(self._decided())
        as_often = sum(math.comb(rounds, lost) for lost in range(self.lost, rounds + 1))
        return as_often / 2.0**rounds < CHANCE

    def _decided(self) -> list[tuple[float, float]]:
        # A supervisor that did not come up in some round has fewer of them.
        pairs = zip(self.own, self.theirs, strict=False)
        return [(own, other) for own, other in pairs if own != other]


def fight(own: Peer, rivals: Sequence[Peer], stack: Callable[[], Stack], victim: str) -> list[Duel]:
    """Kill a server under the guard and under each rival, `ROUNDS` times in turn."""

    def seconds(peer: Peer) -> float:
        took = measures.recovery(peer, stack(), victim, knock=False).seconds
        return NEVER if took is None else took

    back = each("beside the fastest", ROUNDS, [own, *rivals], seconds)
    return [Duel(rival.name, back[own.name], back[rival.name]) for rival in rivals]


def table(own: Peer, duels: Sequence[Duel]) -> Table:
    """Write the figures down."""
    rows = [["", "web back, ms", "rounds that the guard was slower in", "slower than it"]]
    rows.append([own.name, milliseconds(duels[0].own), "-", "-"])
    for duel in duels:
        lost = f"{duel.lost} of {len(duel.theirs)}"
        rows.append(
            [duel.rival, milliseconds(duel.theirs), lost, "yes" if duel.is_slower else "no"]
        )
    text = (
        "The peers that had the server back soonest, once more: the same death under each in turn, "
        f"{ROUNDS} times. Slower is who loses more rounds than equals would, but in {CHANCE:.0%} "
        "of such runs (sign test)."
    )
    return Table("Supervisors: beside the fastest", text, rows)


def target(duels: Sequence[Duel]) -> Target:
    """Judge by the rival that won most rounds."""
    hardest = max(duels, key=lambda duel: duel.lost)
    own, other = (1000 * (median(side) or 0) for side in (hardest.own, hardest.theirs))
    return Target(
        "web back after kill -9, relaunching that one",
        "no slower than any peer",
        f"{own:.0f} ms ({hardest.rival}: {other:.0f}), "
        f"slower in {hardest.lost} of {len(hardest.theirs)}",
        not any(duel.is_slower for duel in duels),
    )
