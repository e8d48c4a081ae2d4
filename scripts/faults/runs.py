"""Runs the marked tests with pytest, and misses none of them.

What must run is what is collected beforehand. A test that was collected and did not pass has not
survived its fault: whether it failed, was skipped for want of PostgreSQL or a browser, or was never
come to because pytest ended before.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

PLUGINS = Path(__file__).resolve().parents[2]
FINISHED = (0, 1)
"""What pytest exits with when it came to every test: all passed, or some failed."""
ASLEEP, MINUTE = "FAULTS_ASLEEP_SECONDS", "60"
"""Seconds that the computer of F5 sleeps; in `make test`, where somebody waits, it is a nap."""
TAIL = 30  # lines of pytest's output that are shown when it did not


PHASES = 3  # set-up, the test itself, clearing up


class Seen(TypedDict, total=False):
    """What a test observed: connections around its fault, and how long it took to be dealt with."""

    attempts: int
    answers: int
    demanded: int
    """Answers that the test insisted on once the fault had been done."""
    refused: int
    failed: int
    """Lost in any other way."""
    ms: float


class Line(TypedDict):
    """What `scripts.faults.record` writes down."""

    test: str
    phase: str
    """``collected``, or of a test that is run ``setup``, ``call`` and ``teardown``."""
    row: str
    """Empty if it is no test of the fault table."""
    seen: Seen
    passed: bool
    skipped: bool
    why: str


@dataclass(frozen=True)
class Run:
    """One run of one scenario."""

    row: str
    test: str
    passed: bool
    why: str = ""
    seen: Seen = field(default_factory=Seen)
    skipped: bool = False
    """Whether it says itself that it cannot be run here: no survival, but no failure either."""


class CollectionError(Exception):
    """The tests could not be found out."""


def wanted(root: Path, rows: Sequence[str]) -> dict[str, str]:
    """Return the tests that must run, with the row of each; of all rows if none is named.

    Raises `CollectionError` with what pytest said, and where a row has no test.
    """
    tests = collected(root, marked(rows))
    if without := sorted(set(rows) - set(tests.values())):
        raise CollectionError(f"no test is marked with {', '.join(without)}")
    return tests


def marked(rows: Sequence[str]) -> list[str]:
    """Return how pytest is told to take the tests of these rows; of all if none is named."""
    return ["-m", " or ".join(f"fault(row={row!r})" for row in rows) or "fault"]


def collected(root: Path, chosen: Sequence[str]) -> dict[str, str]:
    """Return the tests that pytest finds by these arguments, with the row of each that has one.

    Raises `CollectionError` with what pytest said.
    """
    code, output, found = _pytest(root, chosen, "--collect-only")
    if code != 0:
        raise CollectionError(f"pytest could not collect the tests (exit code {code}):\n{output}")
    return {line["test"]: line["row"] for line in found}


def once(root: Path, tests: Mapping[str, str], chosen: Sequence[str], jobs: int) -> list[Run]:
    """Run every test once, files side by side if there is more than one job."""
    side_by_side = ("-n", str(jobs), "--dist", "loadfile") if jobs > 1 else ()
    files = sorted({test.partition("::")[0] for test in tests})  # of some rows, a few of them
    code, output, recorded = _pytest(root, [*chosen, *files], *side_by_side)
    phases: dict[str, list[Line]] = {test: [] for test in tests}
    for line in recorded:
        phases.setdefault(line["test"], []).append(line)
    ended = f"pytest exited with code {code}:\n{output}"
    runs = [_run(test, tests.get(test, ""), found, ended) for test, found in phases.items()]
    if code not in FINISHED or (code and all(run.passed for run in runs)):
        runs.append(Run(row="", test="pytest", passed=False, why=ended))
    return runs


def rows_of(table: Path) -> list[str]:
    """Return the rows of the fault table, as a document in Markdown has it."""
    return re.findall(r"^\| (F\d+) \|", table.read_text(encoding="utf-8"), re.MULTILINE)


def lines(record: Path) -> Iterator[Line]:
    """Read what was written down; nothing, if pytest ended before it wrote."""
    if record.exists():
        for line in record.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def _pytest(root: Path, chosen: Sequence[str], *options: str) -> tuple[int, str, list[Line]]:
    """Return pytest's exit code, the end of its output, and what was recorded."""
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record"
        command = [sys.executable, "-m", "pytest", "-q", *chosen, *options]
        command += ["-p", "scripts.faults.record", "--record", str(record)]
        ended = subprocess.run(
            command,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(PLUGINS), ASLEEP: MINUTE},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        output = "\n".join(ended.stdout.splitlines()[-TAIL:])
        return ended.returncode, output, list(lines(record))


def _run(test: str, row: str, phases: Sequence[Line], ended: str) -> Run:
    """Put the phases of a test together: set-up, the test itself, and the clearing up."""
    bad = [phase["why"] for phase in phases if not phase["passed"]]
    complete = len(phases) == PHASES
    why = "\n".join(bad) or ("" if complete else f"it was not run to its end; {ended}")
    seen = Seen()
    for phase in phases:
        seen.update(phase["seen"])
    return Run(
        row=row or (phases[0]["row"] if phases else ""),
        test=test,
        passed=complete and not bad,
        why=why,
        seen=seen,
        skipped=all(phase["passed"] or phase["skipped"] for phase in phases) and bool(bad),
    )
