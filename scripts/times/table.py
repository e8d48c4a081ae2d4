"""What each file of tests took when that was last measured: `times.tsv`, beside this file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

KEPT = Path(__file__).with_name("times.tsv")
TOLD = 16
"""Files that the documentation names."""


@dataclass(frozen=True)
class Spent:
    """Seconds: by the clock, and of a processor, those of all that the tests started included."""

    wall: float = 0.0
    processor: float = 0.0
    tests: int = 0

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.wall + other.wall, self.processor + other.processor, self.tests + other.tests
        )


UNKNOWN = Spent(wall=float("inf"))
Times = Mapping[str, Spent]
"""By file, as pytest names it."""


def read(file: Path = KEPT) -> Times:
    """Return what was measured; nothing where nothing was."""
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        return {
            row["file"]: Spent(float(row["wall"]), float(row["processor"]), int(row["tests"]))
            for row in csv.DictReader(lines, delimiter="\t")
        }


def write(fresh: Times, root: Path, file: Path = KEPT) -> None:
    """Keep what was measured now, what was measured of other files, and nothing of files gone."""
    kept = {name: spent for name, spent in read(file).items() if (root / name).exists()}
    with file.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines, delimiter="\t", lineterminator="\n")
        rows.writerow(("file", "wall", "processor", "tests"))
        for name, spent in sorted({**kept, **fresh}.items()):
            rows.writerow((name, f"{spent.wall:.1f}", f"{spent.processor:.1f}", spent.tests))


def longest_first(names: Iterable[str], times: Times) -> list[str]:
    """The files in the order in which several workers are done soonest.

    One that was never measured may be the longest, and so comes first.
    """
    return sorted(names, key=lambda name: -times.get(name, UNKNOWN).wall)


def text(times: Times) -> str:
    """The table of the documentation: who uses most of a processor, the rest, and all."""
    ordered = sorted(times.items(), key=lambda item: -item[1].processor)
    rest = sum((spent for _, spent in ordered[TOLD:]), Spent())
    every = sum((spent for _, spent in ordered), Spent())
    rows = [(f"`{name}`", spent) for name, spent in ordered[:TOLD]]
    rows += [(f"{len(ordered) - len(rows)} others", rest), ("all", every)]
    return "\n".join(
        [
            "| file | seconds of a processor | tests |",
            "|---|---:|---:|",
            *(f"| {name} | {t.processor:.0f} | {t.tests} |" for name, t in rows),
        ]
    )
