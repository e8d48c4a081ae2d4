"""Whether the guard is slower than a competitor: many rounds in turn, told apart from chance.

Servers take far longer to start than a supervisor to start them, and the medians of equals differ
too: the least of several is below the truth. So the guard's rounds are compared with each rival's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scripts.bench import measures
from scripts.bench.competitors import Competitor
from scripts.bench.report import NOT_MEASURED, Table, Target, median, milliseconds
from scripts.bench.rounds import each
from scripts.bench.stacks import Stack

ROUNDS = 21
LEAST_ROUNDS = 15
"""That both must have come back in, for a duel to say anything."""
CHANCE = 0.05
"""What is as improbable as this among equals is no chance."""
NEVER = math.inf


@dataclass(frozen=True)
class Duel:
    """What the guard took and what one rival took, round by round, in seconds.

    None is a round in which a side did not come up or was not back in time.
    """

    rival: str
    own: Sequence[float | None]
    theirs: Sequence[float | None]

    @property
    def rounds(self) -> int:
        """In how many rounds both came back: only those tell who is faster."""
        return sum(own is not None and other is not None for own, other in self._pairs())

    @property
    def failed(self) -> int:
        """In how many rounds the guard did not bring the server back."""
        return sum(own is None for own in self.own)

    @property
    def lost(self) -> int:
        """In how many rounds the guard was the slower one, or failed where its rival did not."""
        return sum(own > other for own, other in self._decided())

    @property
    def is_slower(self) -> bool:
        """Whether it lost more often than equals do: the sign test, one-sided, at `CHANCE`."""
        rounds = len(self._decided())
        as_often = sum(math.comb(rounds, lost) for lost in range(self.lost, rounds + 1))
        return as_often / 2.0**rounds < CHANCE

    @property
    def is_won(self) -> bool:
        """Whether there was a duel, in which the guard always came back and was not slower."""
        return self.rounds >= LEAST_ROUNDS and not self.failed and not self.is_slower

    def _pairs(self) -> list[tuple[float | None, float | None]]:
        return list(zip(self.own, self.theirs, strict=True))

    def _decided(self) -> list[tuple[float, float]]:
        """Return the rounds with a winner; one that the rival did not survive has none."""
        pairs = [
            (NEVER if own is None else own, other)
            for own, other in self._pairs()
            if other is not None
        ]
        return [(own, other) for own, other in pairs if own != other]


def fight(
    own: Competitor, rivals: Sequence[Competitor], stack: Callable[[], Stack], victim: str
) -> list[Duel]:
    """Kill a server under the guard and under each rival, `ROUNDS` times in turn."""

    def seconds(competitor: Competitor) -> float | None:
        return measures.recovery(competitor, stack(), victim, knock=False).seconds

    back = each("beside the fastest", ROUNDS, [own, *rivals], seconds)
    return [Duel(rival.name, back[own.name], back[rival.name]) for rival in rivals]


def table(own: Competitor, duels: Sequence[Duel]) -> Table:
    """Write the figures down."""
    rows = [["", "web back, ms", "rounds that the guard was slower in", "slower than it"]]
    rows += [[own.name, milliseconds(duel.own), "-", "-"] for duel in duels[:1]]
    for duel in duels:
        lost = f"{duel.lost} of {duel.rounds}"
        rows.append([duel.rival, milliseconds(duel.theirs), lost, _verdict(duel)])
    text = (
        "The competitors that had the server back soonest, once more: the same death under each in "
        f"turn, {ROUNDS} times. Slower is who loses more rounds than equals would, but in "
        f"{CHANCE:.0%} of such runs (sign test). With fewer than {LEAST_ROUNDS} rounds in which "
        "both came back, or one in which the guard did not, the duel is not won."
    )
    return Table("Supervisors: beside the fastest", text, rows)


def target(duels: Sequence[Duel]) -> Target:
    """Judge by the rival that won most rounds."""
    what = "web back after kill -9, restarting that one"
    if not duels:
        return Target.missing(what, "there was no rival")
    hardest = max(duels, key=lambda duel: (duel.lost, duel.failed))
    measured = (
        f"{_median_ms(hardest.own)} ({hardest.rival}: {_median_ms(hardest.theirs)}), "
        f"slower in {hardest.lost} of {hardest.rounds}"
    )
    won = all(duel.is_won for duel in duels)
    return Target(what, "no slower than any competitor", measured, won)


def _verdict(duel: Duel) -> str:
    if duel.is_won:
        return "no"
    return "yes" if duel.is_slower or duel.failed else NOT_MEASURED


def _median_ms(seconds: Sequence[float | None]) -> str:
    middle = median(seconds)
    return NOT_MEASURED if middle is None else f"{1000 * middle:.0f} ms"
