"""Runs the tests that are marked with a row of the fault table, n times, and prints the table.

With -w, these rows of docs/faults.md are written too. Exit code 0 if every test of every row passed
each time; one that was skipped or not come to did not pass. Else 1.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.bench.report import machine
from scripts.faults.runs import CollectionError, Run, marked, once, rows_of, wanted
from scripts.faults.table import document, render

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path("docs/architecture.md")


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Do the faults of the tests below `root`, and print the table."""
    options = _options(arguments)
    rows = options.rows or rows_of(root / TABLE)
    about = machine()  # the load is that of before
    try:
        tests = wanted(root, rows)
    except CollectionError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    runs: list[Run] = []
    for number in range(1, options.times + 1):
        begun = time.monotonic()
        found = once(root, tests, marked(rows), options.jobs)
        runs += found
        failed = sorted({run.row or run.test for run in found if not run.passed})
        took = f"run {number} of {options.times}: {time.monotonic() - begun:.0f} s"
        sys.stderr.write(f"{took}, {len(found)} scenarios, failed: {failed or 'none'}\n")
    sys.stdout.write(render(runs) + "\n")
    if options.write:
        page = root / "docs/faults.md"
        former = page.read_text(encoding="utf-8") if page.exists() else ""
        text = document(runs, about, options.times, options.jobs, former)
        page.write_text(text, encoding="utf-8")
    for run in runs:
        if not run.passed:
            sys.stderr.write(f"\n{run.row} {run.test}\n{run.why}\n")
    return 0 if runs and all(run.passed for run in runs) else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.faults", description=__doc__)
    parser.add_argument("-n", dest="times", type=int, default=3, help="runs of each row")
    parser.add_argument("-j", dest="jobs", type=int, default=1, help="files of tests at a time")
    parser.add_argument("-w", dest="write", action="store_true", help="write docs/faults.md")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="F1, F2, ...; all if none is named")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
