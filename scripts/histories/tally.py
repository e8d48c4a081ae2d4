"""What histories came to, as a table that can be read again: long runs are done in parts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

HEAD = re.compile(r"([\d,]+) histories, ([\d,]+) with a violation, ([\d,]+) s\.")
ROW = re.compile(r"^\| ([a-z][^|]*) \| ([\d,]+) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of one run or of several."""

    done: int = 0
    bad: int = 0
    """Histories with a violation."""
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.done + other.done,
            self.bad + other.bad,
            self.seconds + other.seconds,
            self.counts + other.counts,
        )

    def table(self) -> str:
        """As it stands in the documentation."""
        head = f"{self.done:,} histories, {self.bad:,} with a violation, {self.seconds:,.0f} s."
        rows = [f"| {what} | {number:,} |" for what, number in sorted(self.counts.items())]
        return "\n".join([head, "", "| what | how often |", "| --- | ---: |", *rows])

    @classmethod
    def read(cls, table: str) -> Tally:
        """Read what `table` gave; raises ValueError when it is something else."""
        head = HEAD.search(table)
        if head is None:
            raise ValueError(f"no tally of histories: {table[:80]!r}")
        done, bad, seconds = (_number(each) for each in head.groups())
        counts = Counter({what: _number(often) for what, often in ROW.findall(table)})
        return cls(done, bad, seconds, counts)


def _number(told: str) -> int:
    return int(told.replace(",", ""))
