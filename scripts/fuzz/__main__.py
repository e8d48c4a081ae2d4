"""`python -m scripts.fuzz [-t SECONDS] [-w] [NAME...]`: each target for its share of the time.

Exit code 0 if nothing was found; what was found is printed with the shortest input that shows it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.docs.written import put
from scripts.fuzz import backend_targets, guard_targets, phases, server_targets
from scripts.fuzz.engine import Outcome, fuzz

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/security.md"
SECONDS = 240.0
"""For all targets together; the phases of schemathesis end by themselves."""
TARGETS = [*guard_targets.TARGETS, *backend_targets.TARGETS, *server_targets.TARGETS]
NAMES = (*(target.name for target in TARGETS), phases.NAME)


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the figures, a row for each target."""
    rows = ["| what is fed | inputs | seconds | findings |", "| --- | ---: | ---: | ---: |"]
    rows += [
        f"| {each.name} | {each.inputs:,} | {each.seconds:.0f} | {len(each.findings)} |"
        for each in outcomes
    ]
    return "\n".join(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Feed the targets that are named, or all."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("-t", dest="seconds", type=float, default=SECONDS)
    parser.add_argument("-w", dest="write", action="store_true", help="into docs/security.md")
    parser.add_argument("names", nargs="*", help="targets whose name holds one of these words")
    options = parser.parse_args(arguments)
    chosen = [
        name for name in NAMES if not options.names or any(word in name for word in options.names)
    ]
    if not chosen:
        parser.error(f"no such target; there are: {', '.join(NAMES)}")
    by_name = {target.name: target for target in TARGETS}
    outcomes = []
    for name in chosen:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            outcome = (
                phases.phases(Path(folder))
                if name == phases.NAME
                else fuzz(by_name[name], Path(folder), options.seconds / len(chosen))
            )
        outcomes.append(outcome)
        sys.stdout.write(f"{outcome.name}: {outcome.inputs:,} inputs, {outcome.seconds:.1f} s\n")
        for finding in outcome.findings:
            sys.stdout.write(f"  FOUND {finding}\n")
        sys.stdout.flush()
    if options.write and len(chosen) == len(NAMES):
        put(DOCUMENT, "make fuzz w=1", table(outcomes))
    return 1 if any(outcome.findings for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
