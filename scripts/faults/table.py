"""Runs of the marked tests -> the table, a row for each row of the fault table."""

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from scripts.faults.runs import Run

Count = Literal["attempts", "answers", "demanded", "refused", "failed"]
COUNTS: tuple[Count, ...] = ("attempts", "answers", "demanded", "refused", "failed")
HEAD = (
    *("row", "runs", "passed", "attempted", "answered", "demanded", "refused"),
    *("lost otherwise", "median ms"),
)
LAST_RUN = "last run"


def render(runs: Iterable[Run]) -> str:
    """Return the table in Markdown: a line for each row of the fault table that was run."""
    return _table(HEAD, _by_row(runs))


def document(runs: Sequence[Run], machine: str, times: int, jobs: int, former: str = "") -> str:
    """Return docs/faults.md; `machine` says where it was measured, `times` and `jobs` how.

    Rows that were not run stand as in `former`, what the document said until now, with the day
    of their own last run.
    """
    day = datetime.now(UTC).date().isoformat()
    new = {row: (*cells, day) for row, cells in _by_row(runs).items()}
    known = _rows(former) | new
    together = f", {jobs} files of tests at a time" if jobs > 1 else ""
    failed = [run for run in runs if not run.passed]
    names = sorted({f"- {run.row or '-'}: `{run.test}`" for run in failed})
    rate = f"{len(failed)} of {len(runs)} runs failed" if failed else f"All {len(runs)} runs passed"
    about = (
        "Written by `make faults n=20 w=1`; edits are lost at the next run. What each row is, and "
        "what must be observed, stands in [architecture](architecture.md#what-must-survive-what). "
        "A row that is not run stands as it was, with the day of its last run."
    )
    columns = (
        "*Attempted*, *answered*, *refused* and *lost otherwise* (reset, timed out, answered 5xx) "
        "add up the new connections around the fault, where a row counts them; *demanded* is how "
        "many answers its tests insist on after it. *ms* is the median of the time until the fault "
        "was dealt with, where a row has one."
    )
    rows = f"The last run, of {' '.join(new)}" if _rows(former).keys() - new else "The last run"
    result = f"{rows}: every scenario {times} times{together}. {rate}{':' if failed else '.'}"
    heading = "# Every fault, done to real processes"
    table = _table((*HEAD, LAST_RUN), known)
    parts = [heading, "", about, "", result, *names, *_missed(known), "", machine, "", columns]
    parts += ["", table]
    return "\n".join(parts) + "\n"


def _by_row(runs: Iterable[Run]) -> dict[str, tuple[str, ...]]:
    by_row: dict[str, list[Run]] = {}
    for run in runs:
        if run.row:  # pytest itself has none
            by_row.setdefault(run.row, []).append(run)
    return {row: _line(row, by_row[row]) for row in sorted(by_row, key=_number)}


def _rows(text: str) -> dict[str, tuple[str, ...]]:
    """Return the rows of a document's table; those of another table's columns are not taken."""
    lines = (line.strip("|").split("|") for line in text.splitlines() if line.startswith("| F"))
    found = (tuple(cell.strip() for cell in cells) for cells in lines)
    return {cells[0]: cells for cells in found if len(cells) == len(HEAD) + 1}


def _missed(rows: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Say which rows of the table failed how often: the last run may have been of others."""
    counts = [(row, int(rows[row][1]), int(rows[row][2])) for row in sorted(rows, key=_number)]
    missed = [(row, runs - passed, runs) for row, runs, passed in counts if passed < runs]
    if not missed:
        return []
    (row, failures, runs), *others = missed
    said = [f"{row} failed in {failures} of {runs} runs"]
    said += [f"{row} in {failures} of {runs}" for row, failures, runs in others]
    return ["", f"In the table, {' and '.join(said)}."]


def _table(head: tuple[str, ...], rows: Mapping[str, tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head)]
    lines += [rows[row] for row in sorted(rows, key=_number)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


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
