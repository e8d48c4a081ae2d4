"""What became of the mutants, as the table of docs/testing.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
    rows = [_row(f"`{file.as_posix()}`", found) for file, found in by_file.items()]
    rows = [HEAD, tuple("---" for _ in HEAD), *rows, _row("all", judged)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


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
