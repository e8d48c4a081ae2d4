"""How fast a stack comes up, comes back, and who is refused meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from scripts.bench import measures
from scripts.bench.measures import Recovery
from scripts.bench.peers import BARE, Peer
from scripts.bench.report import NONE, Table, median, milliseconds
from scripts.bench.rounds import Figures, each
from scripts.bench.stacks import Stack

SERVERS = ("web", "api")
BOTH = replace(BARE, name="both bare servers")


@dataclass(frozen=True)
class Starts:
    """Figures of cold starts and recoveries, by peer."""

    peers: Sequence[Peer]
    cold: Figures[float]
    back: dict[str, Figures[Recovery]]
    """By the server that was killed; nobody knocking meanwhile. Of the bare servers: their start,
    of that one alone (`BARE`) and of both (`BOTH`), taken in the same rounds."""
    knocked: dict[str, Figures[Recovery]]
    """By the server that was killed; with a new connection every 5 ms."""

    def cold_ratio(self, peer: Peer) -> float | None:
        """Return the cold start over that of the bare servers."""
        return _ratio(median(self.cold[peer.name]), median(self.cold[BARE.name]))

    def recovered(self, peer: Peer, victim: str) -> list[float | None]:
        """Return the seconds of each recovery."""
        return [recovery.seconds for recovery in self._deaths(peer, victim)]

    def neighbour_kept(self, peer: Peer) -> bool:
        """Return whether the other server went on as the same process each time."""
        deaths = [death for victim in SERVERS for death in self._deaths(peer, victim)]
        return all(death.neighbour_kept for death in deaths)

    def _deaths(self, peer: Peer, victim: str) -> list[Recovery]:
        """Return those without knocking; who does not relaunch was killed only while knocked at."""
        return self.back[victim].get(peer.name) or self.knocked[victim][peer.name]

    def recovery_ratio(self, peer: Peer, victim: str) -> float | None:
        """Return the recovery over the bare start of what has to start again."""
        bare = self.recovered(BOTH if peer.whole else BARE, victim)
        return _ratio(median(self.recovered(peer, victim)), median(bare))

    def refused(self, peer: Peer) -> int:
        """Return the most connections that were refused around one death."""
        return max(r.refused for victim in SERVERS for r in self.knocked[victim][peer.name])


def measure(
    rounds: int, peers: Sequence[Peer], stack: Callable[[], Stack], *, deaths: int = 1
) -> Starts:
    """Take all figures; `stack` gives a stack with new ports each time.

    In each round every server dies `deaths` times under every peer.
    """
    back: dict[str, Figures[Recovery]] = {}
    knocked: dict[str, Figures[Recovery]] = {}
    cold = each("cold start", rounds, [BARE, *peers], lambda p: measures.cold_start(p, stack()))
    for victim in SERVERS:

        def killed(peer: Peer, victim: str = victim, *, knock: bool = False) -> Recovery:
            if peer is BARE:
                return Recovery(measures.start_alone(stack(), victim), 0, neighbour_kept=True)
            if peer is BOTH:
                return Recovery(measures.cold_start(BARE, stack()), 0, neighbour_kept=False)
            return measures.recovery(peer, stack(), victim, knock=knock)

        again = [BARE, BOTH, *(peer for peer in peers if peer.relaunches)]
        back[victim] = each(f"{victim} killed", rounds * deaths, again, killed)
        knocked[victim] = each(f"{victim} killed, knocking", 2, peers, partial(killed, knock=True))
    return Starts(peers, cold, back, knocked)


def table(heading: str, text: str, starts: Starts) -> Table:
    """Write the figures down."""
    rows = [["", "cold start, ms", "/ bare"]]
    for victim in SERVERS:
        rows[0] += [f"{victim} back, ms", "/ bare"]
    rows[0] += ["refused", "the other kept its pid"]
    bare = ["bare servers", milliseconds(starts.cold[BARE.name]), "1.00"]
    for victim in SERVERS:
        bare += [f"starts in {milliseconds(starts.recovered(BARE, victim))}", "1.00"]
    rows.append([*bare, "all", "yes"])
    rows += [_row(starts, peer) for peer in starts.peers]
    return Table(heading, text, rows)


def _row(starts: Starts, peer: Peer) -> list[str]:
    row = [peer.name, milliseconds(starts.cold[peer.name]), two_digits(starts.cold_ratio(peer))]
    for victim in SERVERS:
        row.append(milliseconds(starts.recovered(peer, victim)))
        row.append(two_digits(starts.recovery_ratio(peer, victim)))
    refused = str(starts.refused(peer)) if peer.relaunches else "all"
    return [*row, refused, "yes" if starts.neighbour_kept(peer) else "no"]


def two_digits(value: float | None) -> str:
    """Return a ratio for a table."""
    return NONE if value is None else f"{value:.2f}"


def _ratio(value: float | None, bare: float | None) -> float | None:
    return None if value is None or not bare else value / bare
