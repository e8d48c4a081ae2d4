"""`python -m scripts.mutants [-j JOBS] [--sample N] [--new] [MODULE ...]`: mutate, test, report.

MODULE is a part of a file's name; --new leaves out what docs/testing.md has a line of. Exit code 0
if the tests tell at least nine in ten of the mutants of each module from the original, not counting
those that cannot be told. `--sample` takes N of all, others each day, and every one of them must be
killed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from scripts.docs.written import put
from scripts.mutants.equivalents import equivalents
from scripts.mutants.modules import MODULES, Module, counts
from scripts.mutants.operators import Mutant, mutants
from scripts.mutants.report import LEAST_KILLED, Judged, killed_share, merged, not_run, table
from scripts.mutants.runner import NoTestsError, Outcome, outcome, seconds_of

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Mutate, and print what became of it."""
    options = _options(arguments)
    document = ROOT / "docs/testing.md"
    missing = not_run(document.read_text("utf-8"), counts(ROOT)) if options.new else None
    chosen = [
        each
        for each in MODULES
        if _is_meant(each, options.modules) and (missing is None or each.file in missing)
    ]
    if missing == []:
        sys.stdout.write("docs/testing.md has every module as it is now\n")
        return 0
    if not chosen:
        sys.stderr.write(f"no module is called {' or '.join(options.modules)}; there is\n")
        sys.stderr.writelines(f"  {each.file}\n" for each in MODULES)
        return 2
    wanted = [(module, mutant) for module in chosen for mutant in _mutants(module)]
    if options.sample:
        day = random.Random(options.seed)  # noqa: S311 - chance, and the same all day
        wanted = day.sample(wanted, min(options.sample, len(wanted)))
    try:
        judged = judge(wanted, options.jobs)
    except NoTestsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(table(judged) + "\n")
    if options.write:
        found = merged(document.read_text("utf-8"), judged, counts(ROOT))
        put(document, "make mutants w=1", found)
    if options.sample:
        sys.stdout.write(f"the sample of --seed {options.seed}\n")
    survivors = [each for each in judged if each.survived]
    sys.stdout.writelines(f"\nsurvived: {each}" for each in survivors)
    sys.stdout.write("\n")
    if options.sample:
        return 1 if survivors or not judged else 0
    return 0 if all(map(_is_enough, _by_file(judged))) else 1


def judge(wanted: Sequence[tuple[Module, Mutant]], jobs: int = 1) -> list[Judged]:
    """Run the tests against each mutant. Raises `NoTestsError`."""
    same = equivalents()
    usual = {
        module: seconds_of(module.tests, ROOT) for module in dict.fromkeys(m for m, _ in wanted)
    }

    def one(pair: tuple[Module, Mutant]) -> Judged:
        module, mutant = pair
        file = ROOT / module.file
        found = outcome(module.name, file, mutant.tree, module.tests, ROOT, usual[module])
        equivalent = any(each.is_of(module.file, mutant) for each in same)
        if found is Outcome.SURVIVED and not equivalent:
            sys.stderr.write(f"survived: {module.file}:{mutant.line}: {mutant.change}\n")
        return Judged(module.file, mutant, found, equivalent)

    with ThreadPoolExecutor(jobs) as pool:  # each waits for a process of its own
        return list(pool.map(one, wanted))


def _mutants(module: Module) -> list[Mutant]:
    return mutants((ROOT / module.file).read_text(encoding="utf-8"))


def _is_meant(module: Module, names: Sequence[str]) -> bool:
    return not names or any(name in module.file.as_posix() for name in names)


def _by_file(judged: Sequence[Judged]) -> list[list[Judged]]:
    return [list(found) for _, found in groupby(judged, key=lambda each: each.file)]


def _is_enough(judged: Sequence[Judged]) -> bool:
    share = killed_share(judged)
    return share is None or share >= LEAST_KILLED


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.mutants", description=__doc__)
    parser.add_argument("-j", dest="jobs", type=int, default=1, help="mutants at a time")
    parser.add_argument("--sample", type=int, help="so many of all, others each day")
    today = datetime.now(UTC).date().toordinal()
    parser.add_argument(
        "--seed", type=int, default=today, help="which sample: today's, if not given"
    )
    parser.add_argument("--new", action="store_true", help="only what docs/testing.md has not")
    parser.add_argument("-w", dest="write", action="store_true", help="write docs/testing.md")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="a part of a file's name")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
