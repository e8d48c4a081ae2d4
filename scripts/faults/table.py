"""JUnit's report of the marked tests -> the rows of the table."""

import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

HEAD = ("row", "runs", "passed", "refused", "median ms")


@dataclass(frozen=True)
class Run:
    """One run of one scenario; `ms` is how long the fault took to be dealt with."""

    row: str
    test: str
    passed: bool
    refused: int | None
    ms: float | None
    why: str = ""


def read(report: Path, rows: Sequence[str] = ()) -> list[Run]:
    """Return the runs that a report of pytest tells of; raises `ET.ParseError`."""
    cases = ET.parse(report).iter("testcase")  # noqa: S314 - pytest wrote it just now
    found = [_run(case) for case in cases]
    return [run for run in found if run.row and (not rows or run.row in rows)]


def render(runs: Iterable[Run]) -> str:
    """Return the table in Markdown: a line for each row of the fault table that was run."""
    by_row: dict[str, list[Run]] = {}
    for run in runs:
        by_row.setdefault(run.row, []).append(run)
    lines = [HEAD, tuple("---" for _ in HEAD)]
    lines += [_line(row, by_row[row]) for row in sorted(by_row, key=_number)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def document(runs: Sequence[Run], machine: str, times: int, jobs: int) -> str:
    """Return docs/faults.md; `machine` says where it was measured, `times` and `jobs` how."""
    day = datetime.now(UTC).date().isoformat()
    together = f", {jobs} files of tests at a time" if jobs > 1 else ""
    failed = [run for run in runs if not run.passed]
    names = sorted({f"- {run.row}: `{run.test}`" for run in failed})
    rate = f"{len(failed)} of {len(runs)} runs failed" if failed else f"All {len(runs)} runs passed"
    about = (
        f"Written by `make faults n={times} w=1` on {day}; edits are lost at the next run. What "
        "each row is, and what must be observed, stands in "
        "[architecture](architecture.md#what-must-survive-what)."
    )
    columns = (
        "*Refused* adds up the connections that were refused, where a row counts them. *ms* is "
        "the median of the time until the fault was dealt with, where a row has one."
    )
    result = f"Every scenario {times} times{together}. {rate}{':' if failed else '.'}"
    heading = "# Every fault, done to real processes"
    parts = [heading, "", about, "", machine, "", result, *names, "", columns, "", render(runs)]
    return "\n".join(parts) + "\n"


def _line(row: str, runs: Sequence[Run]) -> tuple[str, ...]:
    refused = [run.refused for run in runs if run.refused is not None]
    times = [run.ms for run in runs if run.ms is not None]
    return (
        row,
        str(len(runs)),
        str(sum(run.passed for run in runs)),
        str(sum(refused)) if refused else "-",
        f"{statistics.median(times):.0f}" if times else "-",
    )


def _run(case: ET.Element) -> Run:
    said = {each.get("name"): each.get("value") for each in case.iter("property")}
    bad = [part for kind in ("failure", "error") for part in case.iter(kind)]
    refused, ms = said.get("refused"), said.get("ms")
    return Run(
        row=said.get("fault") or "",
        test=f"{case.get('classname')}::{case.get('name')}",
        passed=not bad and case.find("skipped") is None,
        refused=None if refused is None else int(refused),
        ms=None if ms is None else float(ms),
        why="\n".join(part.text or "" for part in bad),
    )


def _number(row: str) -> int:
    match = re.search(r"\d+", row)
    return int(match.group()) if match else 0
