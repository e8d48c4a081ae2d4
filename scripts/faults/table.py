"""Runs of the marked tests -> the table, a row for each row of the fault table."""

import re
import statistics
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal

from scripts.faults.runs import Run

Count = Literal["attempts", "answers", "refused", "failed"]
COUNTS: tuple[Count, ...] = ("attempts", "answers", "refused", "failed")
HEAD = ("row", "runs", "passed", "attempted", "answered", "refused", "lost otherwise", "median ms")


def render(runs: Iterable[Run]) -> str:
    """Return the table in Markdown: a line for each row of the fault table that was run."""
    by_row: dict[str, list[Run]] = {}
    for run in runs:
        if run.row:  # pytest itself has none
            by_row.setdefault(run.row, []).append(run)
    lines = [HEAD, tuple("---" for _ in HEAD)]
    lines += [_line(row, by_row[row]) for row in sorted(by_row, key=_number)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def document(runs: Sequence[Run], machine: str, times: int, jobs: int) -> str:
    """Return docs/faults.md; `machine` says where it was measured, `times` and `jobs` how."""
    day = datetime.now(UTC).date().isoformat()
    together = f", {jobs} files of tests at a time" if jobs > 1 else ""
    failed = [run for run in runs if not run.passed]
    names = sorted({f"- {run.row or '-'}: `{run.test}`" for run in failed})
    rate = f"{len(failed)} of {len(runs)} runs failed" if failed else f"All {len(runs)} runs passed"
    about = (
        f"Written by `make faults n={times} w=1` on {day}; edits are lost at the next run. What "
        "each row is, and what must be observed, stands in "
        "[architecture](architecture.md#what-must-survive-what)."
    )
    columns = (
        "*Attempted*, *answered*, *refused* and *lost otherwise* (reset, timed out, answered 5xx) "
        "add up the new connections around the fault, where a row counts them; each test demands a "
        "number of answers. *ms* is the median of the time until the fault was dealt with, where a "
        "row has one."
    )
    result = f"Every scenario {times} times{together}. {rate}{':' if failed else '.'}"
    heading = "# Every fault, done to real processes"
    parts = [heading, "", about, "", machine, "", result, *names, "", columns, "", render(runs)]
    return "\n".join(parts) + "\n"


def _line(row: str, runs: Sequence[Run]) -> tuple[str, ...]:
    times = [run.seen["ms"] for run in runs if "ms" in run.seen]
    return (
        row,
        str(len(runs)),
        str(sum(run.passed for run in runs)),
        *(_sum(run.seen[name] for run in runs if name in run.seen) for name in COUNTS),
        f"{statistics.median(times):.0f}" if times else "-",
    )


def _sum(counts: Iterable[int]) -> str:
    known = list(counts)
    return f"{sum(known):,}" if known else "-"


def _number(row: str) -> int:
    match = re.search(r"\d+", row)
    return int(match.group()) if match else 0
