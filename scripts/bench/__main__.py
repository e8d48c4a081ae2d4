"""`python -m scripts.bench [-n ROUNDS] [-w] [PART ...]`: print tables, write docs/benchmarks.md.

The document is written when all parts are measured, or with -w of the parts that were.
"""

from __future__ import annotations

import argparse
import signal
import sys

from scripts.bench import downloads, page, parts
from scripts.bench.installed import Installed
from scripts.bench.peers import others
from scripts.bench.report import Target, machine, write
from scripts.bench.rounds import tell
from scripts.bench.stacks import ROOT

ROUNDS = 7
PARTS = {
    "app": parts.app,
    "supervisors": parts.supervisors,
    "log": parts.log,
    "cost": parts.cost,
    "endings": parts.endings,
    "downloads": downloads.downloads,
    "page": page.page,
}


def main() -> int:
    """Measure; returns 1 if a target was missed."""
    # Whoever ends it leaves no supervisor behind.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    options = argparse.ArgumentParser(prog="scripts.bench", description=__doc__)
    options.add_argument("-n", "--rounds", type=int, default=ROUNDS)
    options.add_argument("-w", "--write", action="store_true", help="write the document anyway")
    options.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    chosen = options.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        options.error(f"there is no part {', '.join(sorted(unknown))}; there is {', '.join(PARTS)}")

    tell("installing the peers (the first time only)")
    installed = Installed()
    installed.install()
    peers = others(installed)
    about = "\n".join([machine(), *(f"- {peer.name} {peer.version}" for peer in peers)])
    about = "\n".join([about, *(f"- left out: {problem}" for problem in installed.problems)])
    print(f"{about}\n")

    tables, targets = [], []
    for name in chosen.parts or PARTS:
        more, reached = PARTS[name](max(1, chosen.rounds), peers)
        for table in more:
            print(table, flush=True)
        tables += more
        targets += reached
    print(Target.table(targets))
    if chosen.write or not chosen.parts:
        write(ROOT / "docs/benchmarks.md", about, [Target.table(targets), *tables])
    return 0 if all(target.reached for target in targets) else 1


if __name__ == "__main__":
    sys.exit(main())
