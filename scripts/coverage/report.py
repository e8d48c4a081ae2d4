"""What was entered: a table by package, and the functions that no test enters."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

UNENTERED = Path(__file__).with_name("unentered.toml")
HEAD = ("package", "lines", "entered", "branches", "taken", "functions that no test enters")
COUNTS = ("num_statements", "covered_lines", "num_branches", "covered_branches")

Files = Mapping[str, Mapping[str, Any]]


class Function(NamedTuple):
    """A function of which no line was run."""

    file: str
    name: str

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


def unentered(files: Files) -> list[Function]:
    """Return the functions of which no line was run, the empty ones left out."""
    return [
        Function(file, name)
        for file, found in sorted(files.items())
        for name, function in found["functions"].items()
        if name and function["summary"]["num_statements"] and not function["executed_lines"]
    ]


def reasons(file: Path = UNENTERED) -> dict[Function, str]:
    """Return the functions that may be unentered, each with the reason."""
    listed = tomllib.loads(file.read_text(encoding="utf-8"))["function"]
    return {Function(each["file"], each["name"]): each["why"] for each in listed}


def table(files: Files) -> str:
    """Return the table in Markdown: a line for each package, and one for all."""
    counts: dict[str, Counter[str]] = {}
    for file, found in sorted(files.items()):
        package = counts.setdefault(_package(file), Counter())
        package.update({name: found["summary"][name] for name in COUNTS})
    missed = Counter(_package(function.file) for function in unentered(files))
    rows = [_row(f"`{name}`", count, missed[name]) for name, count in counts.items()]
    total = sum(counts.values(), Counter[str]())
    return _markdown([*rows, _row("all", total, missed.total())])


def _package(file: str) -> str:
    """Return the folder below `scripts/guard` or `webapp/backend` that a file is in."""
    return str(PurePosixPath(*PurePosixPath(file).parent.parts[:3]))


def _row(name: str, count: Mapping[str, int], missed: int) -> tuple[str, ...]:
    lines, entered, branches, taken = (count.get(each, 0) for each in COUNTS)
    return (
        *(name, str(lines), _percent(entered, lines)),
        *(str(branches), _percent(taken, branches), str(missed)),
    )


def _percent(part: int, whole: int) -> str:
    """Return a share, rounded down: 100 % is all of it."""
    return f"{100 * part // whole} %" if whole else "\u2013"


def _markdown(rows: list[tuple[str, ...]]) -> str:
    return "\n".join(_lines(rows))


def _lines(rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(HEAD)} |"
    yield f"| --- |{' ---: |' * (len(HEAD) - 1)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
