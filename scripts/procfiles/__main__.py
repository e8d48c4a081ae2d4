"""`python -m scripts.procfiles [NAME ...]`: run real programs under the guard, print what came.

With -w, these rows of docs/any-procfile.md are written. Exit code 0 if everything was as the guard
promises, else 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.docs.written import put
from scripts.procfiles.drive import Driven
from scripts.procfiles.installed import Installed
from scripts.procfiles.judge import HEAD, cells, faults
from scripts.procfiles.programs import PROGRAMS, Program

ROOT = Path(__file__).resolve().parents[2]
LAST_LINES = 40


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the programs that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m scripts.procfiles", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("-j", dest="jobs", type=int, default=3, help="programs at a time")
    parser.add_argument("-w", dest="write", action="store_true", help="write docs/any-procfile.md")
    options = parser.parse_args(arguments)
    installed = Installed()
    installed.install()
    for problem in installed.problems:
        sys.stderr.write(f"{problem}\n")
    chosen = [each for each in PROGRAMS if not options.names or each.name in options.names]
    rows, wrong = [], 0
    with ThreadPoolExecutor(options.jobs) as threads:
        for row, found in threads.map(lambda program: _run(program, installed), chosen):
            rows.append(row)
            wrong += bool(found)
            sys.stdout.write(f"{_line(row)}\n")
            sys.stdout.flush()
    if options.write:
        page = ROOT / "docs/any-procfile.md"
        put(page, "make procfiles w=1", table(merged(page.read_text(encoding="utf-8"), rows)))
    sys.stdout.write(f"{len(rows) - wrong} of {len(rows)} as promised\n")
    return 1 if wrong or not rows else 0


def merged(page: str, rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Return these rows, and those of the page of programs that were not run, in their order."""
    lines = (line.strip("|").split("|") for line in page.splitlines() if line.startswith("| "))
    former = {cells[0].strip(): [cell.strip() for cell in cells] for cells in lines}
    known = former | {row[0]: row for row in rows}
    return [known[name] for each in PROGRAMS if (name := _title(each)) in known]


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return the rows as a table in Markdown."""
    return "\n".join(map(_line, (HEAD, ["---"] * len(HEAD), *rows)))


def _title(program: Program) -> str:
    return f"{program.name} ({program.source})"


def _line(row: Sequence[str]) -> str:
    return f"| {' | '.join(row)} |"


def _run(program: Program, installed: Installed) -> tuple[Sequence[str], list[str]]:
    """Return its row, and what was wrong, which is printed."""
    version = installed.version(program.version)
    name = _title(program)
    if version is None:
        sys.stderr.write(f"{program.name}: it could not be brought\n")
        return [name, "-", *["not run"] * (len(HEAD) - 2)], ["not brought"]
    folder = installed.projects / program.name.replace(" ", "-")
    driven = Driven(program, installed.environment, folder)
    seen = driven.seen()
    borrowed, serves = program.speaks == "HTTP", program.speaks != "nothing"
    found = faults(
        seen,
        borrowed=borrowed,
        serves=serves,
        keeps_port=program.keeps_port,
        takes_all=program.takes_all,
    )
    for fault in found:
        sys.stderr.write(f"{program.name}: {fault}\n")
    if found:
        last = driven.output().splitlines()[-LAST_LINES:]
        sys.stderr.write("\n".join(["", *last, ""]))
    return cells(name, version, seen), found


if __name__ == "__main__":
    sys.exit(main())
