"""Runs the tests that are marked with a row of the fault table, n times, and prints the table.

With -w, docs/faults.md is written too. Exit code 0 if every run of every row passed, else 1.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts.bench.report import machine
from scripts.faults.table import Run, document, read, render

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Do the faults and print the table."""
    options = _options()
    runs: list[Run] = []
    about = machine()  # the load is that of before
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, options.times + 1):
            begun = time.monotonic()
            report = Path(folder) / f"{number}.xml"
            _pytest(report, options.rows, options.jobs)
            found = read(report, options.rows)
            runs += found
            failed = sorted({run.row for run in found if not run.passed})
            took = f"run {number} of {options.times}: {time.monotonic() - begun:.0f} s"
            sys.stderr.write(f"{took}, {len(found)} scenarios, failed: {failed or 'none'}\n")
    sys.stdout.write(render(runs) + "\n")
    if options.write:
        text = document(runs, about, options.times, options.jobs)
        (ROOT / "docs/faults.md").write_text(text, encoding="utf-8")
    for run in runs:
        if not run.passed:
            sys.stderr.write(f"\n{run.row} {run.test}\n{run.why}\n")
    return 0 if runs and all(run.passed for run in runs) else 1


def _pytest(report: Path, rows: list[str], jobs: int) -> None:
    """Run one round; what failed stands in the report, in JUnit's format."""
    wanted = " or ".join(f"fault(row={row!r})" for row in rows) or "fault"
    command = [sys.executable, "-m", "pytest", "-q", "-m", wanted, f"--junitxml={report}"]
    if jobs > 1:
        command += ["-n", str(jobs), "--dist", "loadfile"]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.faults", description=__doc__)
    parser.add_argument("-n", dest="times", type=int, default=3, help="runs of each row")
    parser.add_argument("-j", dest="jobs", type=int, default=1, help="files of tests at a time")
    parser.add_argument("-w", dest="write", action="store_true", help="write docs/faults.md")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="F1, F2, ...; all if none is named")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
