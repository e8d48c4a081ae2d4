"""What became of the mutants, as the table of docs/testing.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from scripts.mutants.operators import Mutant
from scripts.mutants.runner import Outcome

LEAST_KILLED = 0.9
HEAD = ("module", "mutants", "killed", "equivalent", "survived", "killed of the others")


class Judged(NamedTuple):
    """A mutant and what became of it."""

    file: Path
    mutant: Mutant
    outcome: Outcome
    equivalent: bool

    @property
    def survived(self) -> bool:
        """Whether no test noticed a change that could be noticed."""
        return self.outcome is Outcome.SURVIVED and not self.equivalent

    def __str__(self) -> str:
        one = self.mutant
        return f"{self.file}:{one.line}: {one.change}\n    {one.code}"


def table(judged: Sequence[Judged]) -> str:
    """Return the table in Markdown, a line for each module and one for all."""
    by_file: dict[Path, list[Judged]] = {}
    for each in judged:
        by_file.setdefault(each.file, []).append(each)
    rows = [_row(_named(file), found) for file, found in by_file.items()]
    return _markdown([*rows, _row("all", judged)])


def merged(document: str, judged: Sequence[Judged], counts: Mapping[Path, int]) -> str:
    """Return the table of a document with what was found now in place of the same modules' lines.

    `counts` says how many mutants each module has now. One that was not run keeps its line, unless
    that is of another number; the line for all is added up anew.
    """
    own, left = _by_name(table(judged)), set(not_run(document, counts))
    there = _by_name(document)
    names = [_named(file) for file in counts if _named(file) in own or file not in left]
    rows = [own.get(name) or there[name] for name in names]
    sums = [sum(int(row[column]) for row in rows) for column in range(1, 5)]
    mutants, killed, equivalent, survived = sums
    all_ = ("all", *map(str, (mutants, killed, equivalent, survived)))
    return _markdown([*rows, (*all_, f"{killed} of {killed + survived}")])


def not_run(document: str, counts: Mapping[Path, int]) -> list[Path]:
    """Return the modules of which a document has no line, or one of another number of mutants."""
    there = _by_name(document)
    return [
        file for file, count in counts.items() if there.get(_named(file), "--")[1] != str(count)
    ]


def stale(document: str, counts: Mapping[Path, int]) -> list[str]:
    """Return the names of lines that are of no module as it is now."""
    now = {_named(file): str(count) for file, count in counts.items()}
    found = _by_name(document).items()
    return [name for name, row in found if name != "all" and now.get(name) != row[1]]


def _named(file: Path) -> str:
    return f"`{file.as_posix()}`"


def _by_name(text: str) -> dict[str, tuple[str, ...]]:
    """Return the lines of the table in a text, which may have others with as many columns."""
    _, _, below = text.partition(f"| {' | '.join(HEAD)} |\n")
    lines = takewhile(lambda line: line.startswith("| "), below.splitlines()[1:])
    rows = (tuple(line.strip("| ").split(" | ")) for line in lines)
    return {row[0]: row for row in rows}


def killed_share(judged: Iterable[Judged]) -> float | None:
    """Return which part of the mutants that can be told from the original was; None of none."""
    others = [each for each in judged if not (each.equivalent and each.outcome is Outcome.SURVIVED)]
    if not others:
        return None
    return sum(each.outcome is not Outcome.SURVIVED for each in others) / len(others)


def _row(name: str, judged: Sequence[Judged]) -> tuple[str, ...]:
    survived = sum(each.survived for each in judged)
    killed = sum(each.outcome is not Outcome.SURVIVED for each in judged)
    counts = (len(judged), killed, len(judged) - killed - survived, survived)
    return (name, *map(str, counts), f"{killed} of {killed + survived}")


def _markdown(rows: Sequence[tuple[str, ...]]) -> str:
    lines = [HEAD, tuple("---" for _ in HEAD), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)
