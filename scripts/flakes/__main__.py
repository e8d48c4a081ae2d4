"""`python -m scripts.flakes [-n RUNS] [--load N] [TEST ...]`: list what fails in any of many runs.

Exit code 0 if in every run every test that there is was run, and none failed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from scripts.faults.runs import CollectionError, collected, once
from scripts.flakes.load import load

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the tests below `root`, and list what failed."""
    options = _options(arguments)
    failed: Counter[str] = Counter()
    why: dict[str, str] = {}
    try:
        tests = collected(root, options.tests)
    except CollectionError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for number in range(1, options.runs + 1):
        begun = time.monotonic()
        with load(options.load):
            runs = once(root, tests, options.tests, options.jobs)
        bad = [run for run in runs if not run.passed and not run.skipped]
        failed.update(run.test for run in bad)
        why |= {run.test: run.why for run in bad}
        took = f"run {number} of {options.runs}: {time.monotonic() - begun:.0f} s"
        sys.stderr.write(f"{took}, {len(tests)} tests, failed: {len(bad)}\n")
    for test, times in failed.most_common():
        sys.stdout.write(f"{times} of {options.runs}: {test}\n")
        sys.stderr.write(f"\n{test}\n{why[test]}\n")
    if not failed:
        sys.stdout.write(f"{options.runs} runs of {len(tests)} tests: nothing failed\n")
    return 1 if failed else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.flakes", description=__doc__)
    parser.add_argument("-n", dest="runs", type=int, default=5, help="runs of every test")
    parser.add_argument("-j", dest="jobs", type=int, default=3, help="files of tests at a time")
    parser.add_argument("--load", type=int, default=8, help="processes that keep the machine busy")
    parser.add_argument("tests", nargs="*", metavar="TEST", help="files or folders; all if none")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
