"""docs/benchmarks.md: a section for each suite, which stands until that suite is measured again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from scripts.bench.competitors import Competitor
from scripts.bench.report import Table, Target, machine

ABOUT = (
    "Written by `make bench`, a section for each suite; edits are lost at the next run. A suite "
    "that is not measured stands as it was. Machines differ: what counts are the ratios within one "
    "section, whose figures were taken in the same run."
)
REACHED, MISSED = "yes", "**no**"
_SECTION = re.compile(
    r"^<!-- suite: (?P<suite>\w+), (?P<day>[\d-]+) -->\n(?P<text>.*?)^<!-- end of suite -->$",
    re.DOTALL | re.MULTILINE,
)
_JUDGED = re.compile(rf"\| (?P<judged>{REACHED}|{re.escape(MISSED)}) +\|$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """What one suite found on one day."""

    day: str
    text: str

    @property
    def judged(self) -> tuple[int, int]:
        """How many of its targets were reached, and how many there are."""
        found = _JUDGED.findall(self.text)
        return found.count(REACHED), len(found)


def conditions(rounds: int) -> str:
    """Describe the machine and its load as they are now, before a suite is measured."""
    return f"{rounds} rounds, on:\n\n{machine()}"


def section(
    about: str,
    tables: Iterable[Table],
    targets: Iterable[Target],
    competitors: Sequence[Competitor],
) -> Section:
    """Return what a suite found; of the competitors, those that its tables name."""
    day = datetime.now(UTC).date().isoformat()
    shown = "\n".join(map(str, tables))
    beside = [f"- {one.name} {one.version}" for one in competitors if f"| {one.name} " in shown]
    text = "\n".join([f"Measured on {day}, {about}", *beside, "", judgement(targets), "", shown])
    return Section(day, text.rstrip("\n") + "\n")


def judgement(targets: Iterable[Target]) -> str:
    """Return the table of a suite's targets."""
    rows = [["target", "to reach", "measured", "reached"]]
    rows += [[t.what, t.wanted, t.measured, REACHED if t.reached else MISSED] for t in targets]
    return Table.grid(rows)


def document(new: Mapping[str, Section], suites: Iterable[str], former: str = "") -> str:
    """Return docs/benchmarks.md: the new sections, and of `former` those that are not new."""
    old = {
        found["suite"]: Section(found["day"], found["text"]) for found in _SECTION.finditer(former)
    }
    known = {name: (old | dict(new))[name] for name in suites if name in old or name in new}
    overview = [["suite", "measured on", "targets reached"]]
    for name, one in known.items():
        reached, all_of_them = one.judged
        overview.append([f"`{name}`", one.day, f"{reached} of {all_of_them}"])
    parts = [
        "# Benchmarks",
        "",
        ABOUT,
        "",
        Table.grid(overview),
        "",
    ]
    for name, one in known.items():
        parts += [f"## `make bench suite={name}`", "", f"<!-- suite: {name}, {one.day} -->"]
        parts += [f"{one.text}<!-- end of suite -->", ""]
    return "\n".join(parts)
