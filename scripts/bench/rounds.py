"""Take a figure of every competitor in turn, so that what else the machine does hits all alike."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from scripts.bench.competitors import Competitor
from scripts.bench.probe import NoAnswerError

Figure = TypeVar("Figure")
Figures = dict[str, list[Figure | None]]
"""By the competitor's name: a figure for each round, None where there was none."""


def each(
    what: str,
    rounds: int,
    competitors: Sequence[Competitor],
    measure: Callable[[Competitor], Figure],
) -> Figures[Figure]:
    """Measure every competitor in every round, each round beginning with another."""
    figures: Figures[Figure] = {competitor.name: [] for competitor in competitors}
    for number in range(rounds):
        start = number % len(competitors)
        for competitor in (*competitors[start:], *competitors[:start]):
            tell(f"{what}: {competitor.name} ({number + 1} of {rounds})")
            figures[competitor.name].append(_try(what, competitor, measure))
    tell("")
    return figures


def taken(figures: Sequence[Figure | None]) -> list[Figure]:
    """Return the figures of the rounds that have one."""
    return [figure for figure in figures if figure is not None]


def complete(figures: Sequence[Figure | None]) -> list[Figure] | None:
    """Return the figures if every round has one, and there was a round; else None."""
    known = taken(figures)
    return known if known and len(known) == len(figures) else None


def tell(line: str) -> None:
    """Show how far it is, on one line of the terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()


def _try(
    what: str, competitor: Competitor, measure: Callable[[Competitor], Figure]
) -> Figure | None:
    try:
        return measure(competitor)
    except NoAnswerError as error:
        sys.stderr.write(f"\n{what}: {competitor.name}: {error}\n")
        return None
