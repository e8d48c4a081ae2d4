"""What became of the pairs, as the table of docs/testing.md: a line for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from scripts.sabotage.pairs import Pair

HEAD = "| promise | test | red | s | pair |\n| --- | --- | --- | --- | --- |"


class Row(NamedTuple):
    """What became of a pair."""

    pair: Pair
    red: bool
    seconds: float

    def __str__(self) -> str:
        answer = "yes" if self.red else "**no**"
        promise, test = _key(self.pair)
        return f"| {promise} | {test} | {answer} | {self.seconds:.1f} | `{self.pair.checksum}` |"


def merged(document: str, rows: Sequence[Row], known: Sequence[Pair]) -> str:
    """Return the table of a document with these rows in place of those of the same pairs.

    A promise may be broken in several ways: then each has its test. A line of a pair that is
    another by now, or is gone, goes too.
    """
    sums = {_key(pair): pair.checksum for pair in known}
    found = {key: line for key, line in _lines(document).items() if sums.get(key) == _sum(line)}
    found |= {_key(row.pair): str(row) for row in rows}
    return "\n".join([HEAD, *(line for key, line in found.items() if key in sums)])


def not_run(document: str, known: Sequence[Pair]) -> list[Pair]:
    """Return the pairs of which a document has no line, or one of a pair that was another."""
    lines = _lines(document)
    return [pair for pair in known if _sum(lines.get(_key(pair), "")) != pair.checksum]


def stale(document: str, known: Sequence[Pair]) -> list[str]:
    """Return the lines that are of no pair as it is now."""
    sums = {_key(pair): pair.checksum for pair in known}
    return [line for key, line in _lines(document).items() if sums.get(key) != _sum(line)]


def _lines(document: str) -> dict[tuple[str, ...], str]:
    """Return the lines of the table by the promise and the test."""
    table = document.partition(HEAD.splitlines()[0])[2].partition("<!-- end -->")[0]
    return {tuple(_cells(line)[:2]): line for line in table.splitlines()[2:] if line}


def _key(pair: Pair) -> tuple[str, ...]:
    return pair.promise, f"`{pair.test}`"


def _sum(line: str) -> str:
    return _cells(line)[-1].strip("`")


def _cells(line: str) -> list[str]:
    return line.strip("| ").split(" | ")
