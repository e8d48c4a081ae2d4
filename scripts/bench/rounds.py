"""Take a figure of every peer in turn, so that what else the machine does hits all alike."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from scripts.bench.peers import Peer
from scripts.bench.probe import NoAnswerError

Figure = TypeVar("Figure")
Figures = dict[str, list[Figure]]
"""By the peer's name: a figure for each round in which there was one."""


def each(
    what: str, rounds: int, peers: Sequence[Peer], measure: Callable[[Peer], Figure]
) -> Figures[Figure]:
    """Measure every peer in every round, each round beginning with another."""
    figures: Figures[Figure] = {peer.name: [] for peer in peers}
    for number in range(rounds):
        start = number % len(peers)
        for peer in (*peers[start:], *peers[:start]):
            tell(f"{what}: {peer.name} ({number + 1} of {rounds})")
            try:
                figures[peer.name].append(measure(peer))
            except NoAnswerError as error:
                tell(f"{what}: {peer.name}: {error}\n")
    tell("")
    return figures


def tell(line: str) -> None:
    """Show how far it is, on one line of the terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()
