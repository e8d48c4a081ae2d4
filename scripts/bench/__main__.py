"""`python -m scripts.bench [-n ROUNDS] [-w] [SUITE ...]`: print tables, write docs/benchmarks.md.

With -w, or where all suites are measured, each writes its section of the document at its end.
Exit code 0 if every target of every suite was reached; what could not be measured was not.
"""

from __future__ import annotations

import argparse
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence

from scripts.bench import crowds, downloads, page, reloads, subscriptions, suites
from scripts.bench.competitors import Competitor, others
from scripts.bench.document import Section, conditions, document, section
from scripts.bench.installed import Installed
from scripts.bench.report import Findings, Target
from scripts.bench.rounds import tell
from scripts.bench.stacks import ROOT

ROUNDS = 7
DOCUMENT = ROOT / "docs/benchmarks.md"
Suite = Callable[[int, Sequence[Competitor]], Findings]
SUITES: Mapping[str, Suite] = {
    "app": suites.app,
    "supervisors": suites.supervisors,
    "log": suites.log,
    "cost": suites.cost,
    "endings": suites.endings,
    "scale": crowds.scale,
    "downloads": downloads.downloads,
    "subscriptions": subscriptions.subscriptions,
    "page": page.page,
    "reload": reloads.reload,
}


def main() -> int:
    """Measure; returns 1 if a target was missed."""
    # Whoever ends it leaves no supervisor behind.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        # Under nohup(1) what is started would ignore it too, and be blamed for staying; what is
        # handled here is not inherited.
        signal.signal(signal.SIGHUP, lambda _number, _frame: None)
    options = argparse.ArgumentParser(prog="scripts.bench", description=__doc__)
    options.add_argument("-n", "--rounds", type=int, default=ROUNDS)
    options.add_argument("-w", "--write", action="store_true", help="write the document anyway")
    options.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(SUITES))
    chosen = options.parse_args()
    if unknown := set(chosen.suites) - set(SUITES):
        options.error(f"no suite {', '.join(sorted(unknown))}; there is {', '.join(SUITES)}")

    tell("installing the competitors (the first time only)")
    installed = Installed()
    installed.install()
    competitors = others(installed)
    wanted = {name: SUITES[name] for name in chosen.suites or SUITES}
    rounds = max(1, chosen.rounds)
    missing = [Target.missing("every competitor is installed", why) for why in installed.problems]
    judged = missing
    for name, suite in wanted.items():
        about = conditions(rounds)
        tables, targets = measure(name, suite, rounds, competitors)
        found = section(about, tables, [*targets, *missing], competitors)
        judged = [*judged, *targets]
        print(f"{found.text}\n", flush=True)
        if chosen.write or not chosen.suites:
            _write({name: found})
    return 0 if passed(judged) else 1


def measure(name: str, suite: Suite, rounds: int, competitors: Sequence[Competitor]) -> Findings:
    """Measure a suite; one that fails is a target that was missed, and the next can go on.

    So an hour of measuring is not lost to a browser that is missing.
    """
    try:
        tables, judged = suite(rounds, competitors)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told and judged
        traceback.print_exc()
        tables, judged = [], [Target.missing(f"the suite {name}", str(error))]
    return tables, judged or [Target.missing(f"the suite {name}", "it has no target")]


def _write(new: Mapping[str, Section]) -> None:
    """Write at once: what was measured is not lost to what comes after it."""
    former = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
    DOCUMENT.write_text(document(new, SUITES, former), encoding="utf-8")


def passed(targets: Sequence[Target]) -> bool:
    """Whether every target was reached, of at least one."""
    return bool(targets) and all(target.reached for target in targets)


if __name__ == "__main__":
    sys.exit(main())
