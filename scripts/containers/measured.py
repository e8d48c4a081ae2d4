"""The figures of the last run of each part with each engine, and their table for the docs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

MEASURED = Path(__file__).with_name("measured.json")
PARTS = ("production", "secrets", "development", "single")


@dataclass(frozen=True)
class Run:
    """What one engine did in one part: when, where, and a figure for each thing, in order."""

    engine: str
    """Its name and version."""
    part: str
    day: str
    machine: str
    figures: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What a later run takes the place of: the engine without its version, and the part."""
        return self.engine.partition(" ")[0], self.part


@dataclass(frozen=True)
class Measured:
    """The runs, in the order of the engines' names and of the parts."""

    runs: tuple[Run, ...]

    @classmethod
    def of(cls, report: str, day: str, machine: str) -> Measured:
        """From JSON lines of `engine`, `part`, `what` and `figure`, as the tests write them."""
        found: dict[tuple[str, str], Run] = {}
        for line in report.splitlines():
            said = json.loads(line)
            run = Run(said["engine"], said["part"], day, machine)
            found.setdefault(run.key, run).figures[said["what"]] = said["figure"]
        return cls(_in_order(found))

    @classmethod
    def load(cls) -> Measured:
        """Those that were kept; none before the first."""
        if not MEASURED.exists():
            return cls(())
        return cls(tuple(Run(**run) for run in json.loads(MEASURED.read_text(encoding="utf-8"))))

    def with_runs_of(self, other: Measured) -> Measured:
        """The newer ones in place of those of the same engine and part."""
        return Measured(_in_order({run.key: run for run in (*self.runs, *other.runs)}))

    def save(self) -> None:
        """Keep them beside this file."""
        kept = [asdict(run) for run in self.runs]
        MEASURED.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")

    def table(self) -> str:
        """A row for each thing, a column for each engine, and where and when each part ran."""
        engines = list(dict.fromkeys(run.key[0] for run in self.runs))
        things = dict.fromkeys(
            (part, thing)
            for part in PARTS
            for run in self.runs
            if run.part == part
            for thing in run.figures
        )
        found = {
            (run.key, thing): figure for run in self.runs for thing, figure in run.figures.items()
        }
        lines = [["", *map(self._named, engines)], ["---"] * (len(engines) + 1)]
        lines += [
            [thing, *(found.get(((engine, part), thing), "-") for engine in engines)]
            for part, thing in things
        ]
        table = [f"| {' | '.join(cells)} |" for cells in lines]
        return "\n".join([*table, *self._where()])

    def _named(self, engine: str) -> str:
        """With its version; with all that it had, should it have been updated in between."""
        return ", ".join(dict.fromkeys(run.engine for run in self.runs if run.key[0] == engine))

    def _where(self) -> Iterator[str]:
        together: dict[tuple[str, str, str], list[str]] = {}
        for run in self.runs:
            together.setdefault((run.engine, run.day, run.machine), []).append(run.part)
        for (engine, day, machine), parts in together.items():
            yield f"\n{engine}, {', '.join(parts)}, on {day}:\n\n{machine}"


def _in_order(runs: dict[tuple[str, str], Run]) -> tuple[Run, ...]:
    return tuple(runs[key] for key in sorted(runs, key=lambda key: (key[0], PARTS.index(key[1]))))


def measured() -> str:
    """The part of the documentation."""
    return Measured.load().table()
