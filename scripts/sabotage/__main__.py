"""`python -m scripts.sabotage [PART ...]`: break each promise in a copy, and demand a red test.

PART is a part of a promise's name, such as F11 or security. Exit code 0 if every test was green
before and red within its time afterwards.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.sabotage.pairs import BadPairError, Pair, broken, pairs
from scripts.sabotage.scratch import NoNamespaceError, run, scratch

ROOT = Path(__file__).resolve().parents[2]
GREEN, RED = 0, 1  # what pytest exits with: all passed, some failed
ALL_SECONDS = 1800.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Break what is promised, and print which tests noticed."""
    parser = argparse.ArgumentParser(prog="python -m scripts.sabotage", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="a part of a promise's name")
    parts = parser.parse_args(arguments).parts
    chosen = [pair for pair in pairs() if not parts or any(part in pair.promise for part in parts)]
    try:
        with scratch(ROOT) as copy:
            return sabotage(copy, chosen)
    except (BadPairError, NoNamespaceError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def sabotage(copy: Path, chosen: Sequence[Pair]) -> int:
    """Run the tests as they stand, then each with its promise broken."""
    code, output = run(copy, sorted({pair.test for pair in chosen}), ALL_SECONDS)
    if not chosen or code != GREEN or " skipped" in output.splitlines()[-1]:
        sys.stderr.write(f"the tests are not all green before anything is broken:\n{output}\n")
        return 1
    sys.stdout.write("| promise | test | red | s |\n| --- | --- | --- | --- |\n")
    red = [_breaks(copy, pair) for pair in chosen]
    sys.stdout.write(f"\n{sum(red)} of {len(red)} red\n")
    return 0 if all(red) else 1


def _breaks(copy: Path, pair: Pair) -> bool:
    """Break one promise, run its test, and put things right again; whether it turned red."""
    file = copy / pair.file
    whole = file.read_text(encoding="utf-8")
    begun = time.monotonic()
    file.write_text(broken(pair, copy), encoding="utf-8")
    try:
        code, output = run(copy, [pair.test], pair.seconds)
    finally:
        file.write_text(whole, encoding="utf-8")
    took = time.monotonic() - begun
    noticed = code == RED
    answer = "yes" if noticed else "**no**"
    sys.stdout.write(f"| {pair.promise} | `{pair.test}` | {answer} | {took:.1f} |\n")
    sys.stdout.flush()
    if not noticed:
        sys.stderr.write(f"{pair.promise}: pytest exited with {code}\n{output[-2000:]}\n")
    return noticed


if __name__ == "__main__":
    sys.exit(main())
