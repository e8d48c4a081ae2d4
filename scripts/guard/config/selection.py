"""Which lines of the Procfile are started, and how often: what `up` was told.

A line that is left out is known all the same: it can be started later, and until then its port is
nobody's business but its owner's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from ..core import hints
from ..core.errors import GuardError
from .order import RELEASE

ALL = "all"
"""In a formation, whatever it does not name."""
MAX_INSTANCES = 100
"""Of one line: so far from each other are the ports that two lines are offered."""


class Selection(NamedTuple):
    """What is started of a Procfile; all of it, each line once, where nothing was said."""

    names: tuple[str, ...] = ()
    """The lines that were named; all where there are none."""
    counts: Mapping[str, int] = MappingProxyType({})
    """How often a line is started, by its name or `all`; once where nothing is said of it."""
    exit_with: str | None = None
    """The line with which the stack ends; it runs once, and is not started again."""

    def count(self, line: str) -> int:
        """Return how often a line is started."""
        return 1 if line == self.exit_with else self.counts.get(line, self.counts.get(ALL, 1))

    def instances(self, line: str) -> list[int | None]:
        """Return the numbers of its instances; one that is alone has none."""
        count = self.count(line)
        return [*range(1, count + 1)] if count > 1 else [None]

    def wanted(self, after: Mapping[str, Collection[str]]) -> frozenset[str]:
        """Return the lines that are started: those named, and what these are started after.

        `after` has all lines with those that they wait for. A line whose count is 0 is left out
        whoever waits for it, and `release` comes along for nobody.
        """
        wanted: set[str] = set()
        pending = [*(self.names or after), *([self.exit_with] if self.exit_with else [])]
        while pending:
            line = pending.pop()
            if line not in wanted and line in after and self.count(line):
                wanted.add(line)
                pending += [other for other in after[line] if other != RELEASE]
        return frozenset(wanted)

    def including(self, line: str) -> Selection:
        """Return the selection with one more line."""
        counts = self.counts if self.count(line) else {**self.counts, line: 1}
        names = (*self.names, line) if self.names and line not in self.names else self.names
        return self._replace(names=names, counts=counts)

    def require_known(self, lines: Iterable[str], file: str) -> None:
        """Raise `GuardError` where a line is named that the Procfile does not have."""
        known = list(dict.fromkeys(lines))
        counted = (name for name in self.counts if name != ALL)
        named = dict.fromkeys([*self.names, *counted, self.exit_with or known[0]])
        if unknown := [name for name in named if name not in known]:
            raise GuardError(
                f"{file} has no line {' or '.join(map(repr, unknown))}; it has: {', '.join(known)}",
                f"{hints.start()}   # all of them, or name some of these",
            )
        if not self.exit_with and all(not self.count(name) for name in self.names or known):
            raise GuardError(
                f"nothing would be started: every line of {file} is left out", hints.start()
            )


EVERYTHING = Selection()


def formation(raw: str) -> Iterator[tuple[str, int]]:
    """Parse `web=2,worker=0` as foreman takes it; raises `ValueError`."""
    for part in filter(None, raw.replace(" ", "").split(",")):
        name, _, number = part.partition("=")
        if not (name and number.isascii() and number.isdigit() and int(number) < MAX_INSTANCES):
            raise ValueError(f"{part!r} is not of the form web=2, with a number below 100")
        yield name, int(number)
