"""`python -m scripts.histories [-n N] [--seed S] [--planted NAME] [-w]`: check N histories.

Exit code 0 if none has a violation; with ``--planted``, if one was found in each broken copy. A
plan with a violation is made short, and its history written to a file that is named.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from scripts.bench.stacks import free_port
from scripts.docs.written import put
from scripts.histories.checker import violations
from scripts.histories.faults import possible
from scripts.histories.history import History
from scripts.histories.plan import Plan, draw
from scripts.histories.planted import PLANTED, plant
from scripts.histories.run import carry_out
from scripts.histories.shrink import shrink
from scripts.histories.stand import Stand, faketime, standing
from tests.backend.api_process import BACKEND

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/testing.md"
SHRINKING_TRIES, SHRINKING_SECONDS = 12, 240.0
"""Histories that are run to make a plan short, and the time after which it is short enough."""
EVERY = 5
"""One stand in so many has clocks that differ, where that can be done."""
EACH = 10
"""Histories on one stand."""


class Outcome(NamedTuple):
    """A plan, what came of it, and what is wrong with that."""

    seed: int
    plan: Plan
    history: History | None
    found: list[str]


def judge(stand: Stand, plan: Plan) -> tuple[History | None, list[str]]:
    """Carry out a plan and check it; what does not come to rest is a violation, too."""
    try:
        history = carry_out(stand, plan)
    except AssertionError as error:
        return None, [f"rest: {error}"]
    return history, violations(history)


def histories(
    stand: Stand, seeds: Sequence[int], kinds: Sequence[str] | None = None
) -> Iterator[Outcome]:
    """Draw, carry out and check a plan for each seed."""
    for seed in seeds:
        plan = draw(seed, kinds or possible(stand), backends=len(stand.apis))
        yield Outcome(seed, plan, *judge(stand, plan))


@contextmanager
def _stand(number: int, code: Path) -> Iterator[Stand]:
    apart = faketime() is not None and number % EVERY == EVERY - 1
    with tempfile.TemporaryDirectory(prefix="histories-", ignore_cleanup_errors=True) as folder:
        clocks = ("+90s", "-90s") if apart else ()
        with standing(Path(folder) / "stand", free_port, code=code, clocks=clocks) as stand:
            yield stand


class Result(NamedTuple):
    """What a number of histories came to."""

    done: int
    counts: Counter[str]
    bad: list[tuple[Outcome, Plan]]
    """Each with its plan made short."""
    seconds: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them and print what was found."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends what was started, too
    if options.planted:
        names = list(PLANTED) if options.planted == "all" else [options.planted]
        return _search(names, options.n, options.seed)
    result = _run(options.n, options.seed)
    lines = _table(result)
    print("\n".join(lines))
    if options.write:
        put(DOCUMENT, "make histories w=1", "\n".join(lines))
    return 1 if result.bad else 0


def _search(names: Sequence[str], most: int, seed: int) -> int:
    """Break a copy of the backend in each of these ways, until a history shows it."""
    print("| planted | found by seed | histories | steps needed | violation |")
    print("| --- | ---: | ---: | ---: | --- |")
    for name in names:
        with tempfile.TemporaryDirectory(prefix="planted-") as copy:
            result = _run(most, seed, plant(name, Path(copy)), until_found=True)
        if not result.bad:
            print(f"{name}: not found in {result.done} histories")
            return 1
        ((outcome, short),) = result.bad
        rule = outcome.found[0].partition(":")[0]
        print(f"| {name} | {outcome.seed} | {result.done} | {len(short)} | {rule} |", flush=True)
    return 0


def _run(number: int, seed: int, code: Path = BACKEND, *, until_found: bool = False) -> Result:
    begun, counts, done = time.monotonic(), Counter[str](), 0
    bad: list[tuple[Outcome, Plan]] = []
    while done < number and not (until_found and bad):
        seeds = range(seed + done, seed + min(done + EACH, number))
        with _stand(done // EACH, code) as stand:
            for outcome in histories(stand, seeds):
                done += 1
                counts += _counted(outcome)
                if outcome.found:
                    _tell(outcome)
                    short = _shrunk(stand, outcome)
                    _tell_short(outcome, short)
                    bad.append((outcome, short))
                    break  # the next begins on a stand that nothing is wrong with
    return Result(done, counts, bad, time.monotonic() - begun)


def _counted(outcome: Outcome) -> Counter[str]:
    counts = Counter(step.what for step in outcome.plan if step.is_fault)
    if outcome.history:
        counts["calls"] = len(outcome.history.calls)
        counts["calls without an answer"] = sum(not c.status for c in outcome.history.calls)
        counts["downloads"] = len(outcome.history.finals)
        counts["transfers"] = len(outcome.history.transfers)
    return counts


def _shrunk(stand: Stand, outcome: Outcome) -> Plan:
    kinds = {found.partition(":")[0] for found in outcome.found}
    end = time.monotonic() + SHRINKING_SECONDS

    def fails(plan: Plan) -> bool:
        if time.monotonic() > end:
            return False
        _, found = judge(stand, plan)
        return bool(kinds & {each.partition(":")[0] for each in found})

    return shrink(outcome.plan, fails, SHRINKING_TRIES)


def _tell(outcome: Outcome) -> None:
    found = "\n".join(f"  {each}" for each in outcome.found)
    print(f"seed {outcome.seed}: {len(outcome.found)} violations\n{found}", flush=True)
    if outcome.history:
        folder = Path(tempfile.mkdtemp(prefix=f"history-{outcome.seed}-"))
        outcome.history.write(folder / "history.json")
        print(f"what happened: {folder}/history.json", flush=True)


def _tell_short(outcome: Outcome, short: Plan) -> None:
    steps = "\n".join(f"  {step}" for step in short)
    print(f"{len(short)} of {len(outcome.plan)} steps are enough:\n{steps}", flush=True)


def _table(result: Result) -> list[str]:
    rows = [f"| {what} | {number:,} |" for what, number in sorted(result.counts.items())]
    head = f"{result.done} histories, {len(result.bad)} with a violation, {result.seconds:.0f} s."
    return [head, "", "| what | how often |", "| --- | ---: |", *rows]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.histories", description=__doc__)
    parser.add_argument("-n", type=int, default=10, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="of the first; each next is one more")
    parser.add_argument(
        "--planted", choices=[*PLANTED, "all"], help="break the backend so, in a copy, and look"
    )
    parser.add_argument("-w", dest="write", action="store_true", help="write docs/testing.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
