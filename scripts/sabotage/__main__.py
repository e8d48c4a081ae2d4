"""`python -m scripts.sabotage [--new] [PART ...]`: break promises in a copy, demand a red test.

PART is a part of a promise's name, such as F11 or security; --new leaves out what docs/testing.md
has a line of. Exit code 0 if every test was green
before and red within its time afterwards.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.docs.written import put
from scripts.guard.watching.bytecode import discard_ambiguous
from scripts.sabotage.pairs import BadPairError, Pair, broken, pairs
from scripts.sabotage.scratch import NoNamespaceError, run, scratch
from scripts.sabotage.table import HEAD, Row, merged, not_run

ROOT = Path(__file__).resolve().parents[2]
GREEN, RED = 0, 1  # what pytest exits with: all passed, some failed
ALL_SECONDS = 1800.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Break what is promised, and print which tests noticed."""
    parser = argparse.ArgumentParser(prog="python -m scripts.sabotage", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="a part of a promise's name")
    parser.add_argument("-w", dest="write", action="store_true", help="write docs/testing.md")
    parser.add_argument("--new", action="store_true", help="only what docs/testing.md has not")
    options = parser.parse_args(arguments)
    parts, document = options.parts, ROOT / "docs/testing.md"
    known = not_run(document.read_text("utf-8"), pairs()) if options.new else pairs()
    chosen = [pair for pair in known if not parts or any(part in pair.promise for part in parts)]
    if not known:
        sys.stdout.write("docs/testing.md has every pair as it is now\n")
        return 0
    try:
        with scratch(ROOT) as copy:
            rows = sabotage(copy, chosen)
    except (BadPairError, NoNamespaceError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if options.write:
        put(document, "make sabotage w=1", merged(document.read_text("utf-8"), rows, pairs()))
    return 0 if rows and all(row.red for row in rows) else 1


def sabotage(copy: Path, chosen: Sequence[Pair]) -> list[Row]:
    """Run the tests as they stand, then each with its promise broken; nothing if they are red."""
    code, output = run(copy, sorted({pair.test for pair in chosen}), ALL_SECONDS)
    if not chosen or code != GREEN or " skipped" in output.splitlines()[-1]:
        sys.stderr.write(f"the tests are not all green before anything is broken:\n{output}\n")
        return []
    sys.stdout.write(f"{HEAD}\n")
    rows = [_break(copy, pair) for pair in chosen]
    sys.stdout.write(f"\n{sum(row.red for row in rows)} of {len(rows)} red\n")
    return rows


def _break(copy: Path, pair: Pair) -> Row:
    """Break one promise, run its test, and put things right again."""
    file = copy / pair.file
    whole = file.read_text(encoding="utf-8")
    begun = time.monotonic()
    _write(file, broken(pair, copy))
    try:
        code, output = run(copy, [pair.test], pair.seconds)
    finally:
        _write(file, whole)
    row = Row(pair, code == RED, time.monotonic() - begun)
    sys.stdout.write(f"{row}\n")
    sys.stdout.flush()
    if not row.red:
        sys.stderr.write(f"{pair.promise}: pytest exited with {code}\n{output[-2000:]}\n")
    return row


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    # The tests before may have ended within this second, and compiled as many bytes.
    discard_ambiguous([file])


if __name__ == "__main__":
    sys.exit(main())
