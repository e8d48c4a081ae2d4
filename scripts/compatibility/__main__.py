"""Runs make's targets on several versions of Python or Node, each in a fresh clone.

A PLACE is a version of Python that this machine has (3.13), or a suite of Debian (trixie, sid),
which root can make with debootstrap. What is not committed is not tested. Exit code 0 if all passed
everywhere.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.compatibility import page
from scripts.compatibility.debian import DebianError, why_not
from scripts.compatibility.outcome import Outcome
from scripts.compatibility.places import ROOT, pythons_here, run

PAGE = ROOT / "docs/compatibility.md"
SUITES = ("trixie", "sid")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suites one after the other."""
    options = _options(arguments)
    logs = Path(tempfile.mkdtemp(prefix="compatibility-logs-"))
    found = []
    for place in options.places or all_places(options.nodes):
        for node in options.nodes or [None]:
            name = "-".join(filter(None, [place, node and f"node-{node}"])) or "here"
            outcome = _one(place, node, options.targets, logs / f"{name}.log")
            if outcome:
                found.append(outcome)
                if options.write:  # at once: what comes next may be interrupted
                    text = page.updated(PAGE.read_text(encoding="utf-8"), [outcome])
                    PAGE.write_text(text, encoding="utf-8")
    return 0 if found and all(outcome.is_well for outcome in found) else 1


def _one(place: str | None, node: str | None, targets: str, log: Path) -> Outcome | None:
    try:
        found = run(place, node, targets, log)
    except DebianError as error:
        sys.stderr.write(f"{place}: {error}\n")
        return None
    verdict = "passed" if found.is_well else f"FAILED (make: {found.status})"
    sys.stdout.write(f"{page.row(found)} {verdict}, output in {log}\n")
    sys.stdout.flush()
    return found


def all_places(nodes: Sequence[str]) -> Sequence[str | None]:
    """Where to run if nobody says; what is left out is told, with why."""
    if nodes:
        return [None]
    left_out = {suite: why for suite in SUITES if (why := why_not(suite))}
    for suite, why in left_out.items():
        sys.stderr.write(f"{suite} is left out: {why}\n")
    return [*pythons_here(), *(suite for suite in SUITES if suite not in left_out)]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.compatibility", description=__doc__)
    parser.add_argument("--targets", default="check test", help="what make is to do")
    parser.add_argument(
        "--node", dest="nodes", action="append", default=[], metavar="VERSION", help="by npm"
    )
    parser.add_argument("-w", dest="write", action="store_true", help=f"write {PAGE.name}")
    parser.add_argument("places", nargs="*", metavar="PLACE", help="all that there are, if none")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
