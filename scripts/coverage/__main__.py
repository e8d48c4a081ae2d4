"""`python -m scripts.coverage [-w] [TEST ...]`: what the tests enter, by branch, in all processes.

Exit code 0 if every test was green and, where all are run, every function is entered by one or
stands in `unentered.toml` with the reason.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.coverage.measured import measure
from scripts.coverage.report import reasons, table, unentered
from scripts.docs.written import put

ROOT = Path(__file__).resolve().parents[2]
SIDE_BY_SIDE = ("-q", "-n", "4", "--dist", "loadfile", "--no-loadscope-reorder")
# They start the same programs, from elsewhere: a browser, an engine for containers, copies.
ELSEWHERE = ("browser", "containers", "sabotage", "mutants", "newcomer", "stack/test_project.py")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m scripts.coverage", description=__doc__)
    parser.add_argument("-w", dest="write", action="store_true", help="write docs/testing.md")
    parser.add_argument("tests", nargs="*", metavar="TEST", help="files or folders; all if none")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="coverage-") as folder:
        left_out = [f"--ignore=tests/{each}" for each in ELSEWHERE]
        code, files = measure(ROOT, Path(folder), [*SIDE_BY_SIDE, *left_out, *options.tests])
    sys.stdout.write(f"{table(files)}\n")
    known, missed = reasons(), unentered(files)
    new = [function for function in missed if function not in known]
    stale = known.keys() - set(missed)
    sys.stdout.writelines(f"\nno test enters {function}" for function in new)
    sys.stdout.writelines(f"\na test enters {function}, which is listed" for function in stale)
    sys.stdout.write("\n")
    wrong = not options.tests and (new or stale)  # some tests enter only some functions
    if options.write:
        text = f"{about(options.tests)}\n\n{table(files)}"
        put(ROOT / "docs/testing.md", "make coverage w=1", text)
    return 1 if code or wrong else 0


def about(tests: Sequence[str]) -> str:
    """Say what the table is of, and that a part of the tests finds nothing unentered."""
    if not tests:
        return "What `make coverage` has found of all tests."
    of = ", ".join(f"`{test}`" for test in tests)
    return (
        f"What `make coverage` has found of these tests only: {of}. "
        "The others enter more, so its last column is no finding."
    )


if __name__ == "__main__":
    sys.exit(main())
