"""How fast a stack comes up, comes back, and whose connections are lost meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from scripts.bench import measures
from scripts.bench.competitors import BARE, Competitor
from scripts.bench.measures import Recovery
from scripts.bench.report import (
    NONE,
    Table,
    Target,
    milliseconds,
    ratio,
    whole_median,
)
from scripts.bench.rounds import Figures, complete, each, taken
from scripts.bench.stacks import Stack
from scripts.bench.visits import Visits, together

SERVERS = ("web", "api")
BOTH = replace(BARE, name="both bare servers")
KNOCKED = 2
"""How often each server dies while new connections come every 5 ms."""
ANSWERS = 100
"""That must have been counted around each of those deaths, so that a zero says something."""


@dataclass(frozen=True)
class Starts:
    """Figures of cold starts and recoveries, by competitor."""

    competitors: Sequence[Competitor]
    cold: Figures[float]
    back: dict[str, Figures[Recovery]]
    """By the server that was killed; nobody knocking meanwhile. Of the bare servers: their start,
    of that one alone (`BARE`) and of both (`BOTH`), taken in the same rounds."""
    knocked: dict[str, Figures[Recovery]]
    """By the server that was killed; with a new connection every 5 ms."""

    def cold_ratio(self, competitor: Competitor) -> float | None:
        """Return the cold start over that of the bare servers; None if either failed once."""
        own, bare = self.cold[competitor.name], self.cold[BARE.name]
        return ratio(whole_median(own), whole_median(bare))

    def recovered(self, competitor: Competitor, victim: str) -> list[float | None]:
        """Return the seconds of each recovery; None where it was not back in time."""
        deaths = self._deaths(competitor, victim)
        return [None if death is None else death.seconds for death in deaths]

    def recovery_ratio(self, competitor: Competitor, victim: str) -> float | None:
        """Return the recovery over the bare start of what has to start again."""
        bare = self.recovered(BOTH if competitor.whole else BARE, victim)
        return ratio(whole_median(self.recovered(competitor, victim)), whole_median(bare))

    def neighbour_kept(self, competitor: Competitor) -> bool | None:
        """Return whether the other server went on as the same process each time."""
        deaths = [death for victim in SERVERS for death in self._deaths(competitor, victim)]
        kept = complete(deaths)
        return None if kept is None else all(death.neighbour_kept for death in kept)

    def visits(self, competitor: Competitor) -> Visits:
        """Return what became of the new connections around all deaths."""
        return together(death.visits for death in self._knocked(competitor))

    def lost(self, competitor: Competitor) -> int | None:
        """Return how many connections were lost; None unless every death was seen to its end.

        It was if the server came back and `ANSWERS` connections were answered around its death.
        """
        deaths = self._knocked(competitor)
        seen = [d for d in deaths if d.seconds is not None and d.visits.answers >= ANSWERS]
        enough = len(seen) == KNOCKED * len(SERVERS)
        return sum(death.visits.lost for death in seen) if enough else None

    def _knocked(self, competitor: Competitor) -> list[Recovery]:
        return [
            death for victim in SERVERS for death in taken(self.knocked[victim][competitor.name])
        ]

    def _deaths(self, competitor: Competitor, victim: str) -> list[Recovery | None]:
        """Return those without knocking; who does not restart was killed only while knocked at."""
        return self.back[victim].get(competitor.name) or self.knocked[victim][competitor.name]


def measure(
    rounds: int,
    competitors: Sequence[Competitor],
    stack: Callable[[], Stack],
    *,
    deaths: int = 1,
) -> Starts:
    """Take all figures; `stack` gives a stack with new ports each time.

    In each round every server dies `deaths` times under every competitor.
    """
    back: dict[str, Figures[Recovery]] = {}
    knocked: dict[str, Figures[Recovery]] = {}
    everybody = [BARE, *competitors]
    cold = each("cold start", rounds, everybody, lambda one: measures.cold_start(one, stack()))
    for victim in SERVERS:

        def killed(one: Competitor, victim: str = victim, *, knock: bool = False) -> Recovery:
            if one is BARE:
                return Recovery(measures.start_alone(stack(), victim))
            if one is BOTH:
                return Recovery(measures.cold_start(BARE, stack()))
            return measures.recovery(one, stack(), victim, knock=knock)

        again = [BARE, BOTH, *(one for one in competitors if one.restarts)]
        back[victim] = each(f"{victim} killed", rounds * deaths, again, killed)
        what = f"{victim} killed, knocking"
        knocked[victim] = each(what, KNOCKED, competitors, partial(killed, knock=True))
    return Starts(competitors, cold, back, knocked)


def table(heading: str, text: str, starts: Starts) -> Table:
    """Write the figures down."""
    rows = [["", "cold start, ms", "/ bare"]]
    for victim in SERVERS:
        rows[0] += [f"{victim} back, ms", "/ bare"]
    rows[0] += ["refused", "lost otherwise", "the other kept its pid"]
    bare = ["bare servers", milliseconds(starts.cold[BARE.name]), "1.00"]
    for victim in SERVERS:
        bare += [f"starts in {milliseconds(starts.recovered(BARE, victim))}", "1.00"]
    rows.append([*bare, "all", NONE, "yes"])
    rows += [_row(starts, competitor) for competitor in starts.competitors]
    return Table(heading, text, rows)


def nothing_lost(starts: Starts, guards: Sequence[Competitor]) -> Target:
    """Judge the connections around every death under the guard, in each of its modes."""
    lost = complete([starts.lost(guard) for guard in guards])
    attempts = together(starts.visits(guard) for guard in guards).attempts
    least = ANSWERS * KNOCKED * len(SERVERS) * len(guards)
    what = "connections lost around a death (refused, reset, timed out, 5xx)"
    return Target.zero(what, None if lost is None else sum(lost), attempts, least)


def _row(starts: Starts, one: Competitor) -> list[str]:
    row = [one.name, milliseconds(starts.cold[one.name]), two_digits(starts.cold_ratio(one))]
    for victim in SERVERS:
        row.append(milliseconds(starts.recovered(one, victim)))
        row.append(two_digits(starts.recovery_ratio(one, victim)))
    seen = starts.visits(one)
    refused = f"{seen.refused:,} of {seen.attempts:,}" if seen.attempts else NONE
    otherwise = str(len(seen.failures) + seen.cut_off) if seen.attempts else NONE
    return [*row, refused, otherwise, _yes_or_no(starts.neighbour_kept(one))]


def two_digits(value: float | None) -> str:
    """Return a ratio for a table."""
    return NONE if value is None else f"{value:.2f}"


def _yes_or_no(answer: bool | None) -> str:  # noqa: FBT001 - an answer is what it takes
    return {True: "yes", False: "no", None: NONE}[answer]
