"""The figures of the last run of each engine, and their table in docs/containers.md."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

MEASURED = Path(__file__).with_name("measured.json")


@dataclass(frozen=True)
class Run:
    """What one engine did: when, where, and a figure for each thing, in the order of the tests."""

    engine: str
    """Its name and version."""
    day: str
    machine: str
    figures: dict[str, str]

    @property
    def name(self) -> str:
        """Without its version."""
        return self.engine.partition(" ")[0]


@dataclass(frozen=True)
class Measured:
    """The runs, by the name of the engine."""

    runs: dict[str, Run]

    @classmethod
    def of(cls, report: str, day: str, machine: str) -> Measured:
        """From JSON lines of `engine`, `what` and `figure`, as the tests write them."""
        by_engine: dict[str, dict[str, str]] = {}
        for line in report.splitlines():
            said = json.loads(line)
            by_engine.setdefault(said["engine"], {})[said["what"]] = said["figure"]
        runs = (Run(engine, day, machine, each) for engine, each in by_engine.items())
        return cls({run.name: run for run in runs})

    @classmethod
    def load(cls) -> Measured:
        """Those that were kept; none before the first."""
        if not MEASURED.exists():
            return cls({})
        kept = json.loads(MEASURED.read_text(encoding="utf-8"))
        return cls({name: Run(**run) for name, run in kept.items()})

    def with_runs_of(self, other: Measured) -> Measured:
        """The newer ones in place of those of the same engine; one of a part replaces that part."""
        return Measured(
            self.runs | {name: self._completed(run) for name, run in other.runs.items()}
        )

    def _completed(self, newer: Run) -> Run:
        older = self.runs.get(newer.name)
        if older is None or older.engine != newer.engine:
            return newer
        return replace(newer, figures=older.figures | newer.figures)

    def save(self) -> None:
        """Keep them beside this file."""
        kept = {name: asdict(run) for name, run in sorted(self.runs.items())}
        MEASURED.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")

    def table(self) -> str:
        """A row for each thing, a column for each engine, and where that was."""
        runs = [self.runs[name] for name in sorted(self.runs)]
        things = list(dict.fromkeys(thing for run in runs for thing in run.figures))
        lines = [["", *(run.engine for run in runs)], ["---"] * (len(runs) + 1)]
        lines += [[thing, *(run.figures.get(thing, "-") for run in runs)] for thing in things]
        table = [f"| {' | '.join(cells)} |" for cells in lines]
        where = [f"\n{run.engine}, on {run.day}:\n\n{run.machine}" for run in runs]
        return "\n".join([*table, *where])


def measured() -> str:
    """The part of the documentation."""
    return Measured.load().table()
