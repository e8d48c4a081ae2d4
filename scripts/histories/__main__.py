"""`python -m scripts.histories [-n N] [--seed S] [--planted NAME] [-w 1|add]`: check N histories.

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
from scripts.docs.written import get, put
from scripts.histories import clock, packets
from scripts.histories.checker import violations
from scripts.histories.faults import possible
from scripts.histories.history import History
from scripts.histories.plan import Plan, draw
from scripts.histories.planted import PLANTED, plant
from scripts.histories.run import carry_out
from scripts.histories.shrink import shrink
from scripts.histories.stand import Stand, standing
from scripts.histories.tally import Tally
from tests.backend.api_process import BACKEND

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/testing.md"
COMMAND = "make histories w=1"
PLANTED_COMMAND = "make histories planted=all w=1"
SHRINKING_TRIES, SHRINKING_SECONDS = 12, 240.0
"""Histories that are run to make a plan short, and the time after which it is short enough."""
EVERY = 5
"""One stand in so many has clocks that differ, where that can be done."""
LOSING = 2
"""One stand in so many has a network of the kernel's, where that can be done."""
EACH = 10
"""Histories on one stand: the seeds decide which, so that one has the same kind of stand again."""


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
    apart = clock.possible() and number % EVERY == EVERY - 1
    with tempfile.TemporaryDirectory(prefix="histories-", ignore_cleanup_errors=True) as folder:
        clocks = (90, -90) if apart else ()
        lost = packets.inside() and number % LOSING == LOSING - 1
        with standing(
            Path(folder) / "stand", free_port, code=code, clocks=clocks, packets=lost
        ) as stand:
            yield stand


class Result(NamedTuple):
    """What a number of histories came to."""

    tally: Tally
    bad: list[tuple[Outcome, Plan]]
    """Each with its plan made short."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run them and print what was found."""
    options = _options(arguments)
    if not packets.inside() and packets.possible():
        packets.enter("scripts.histories", sys.argv[1:] if arguments is None else arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends what was started, too
    if options.planted:
        return _planted(options)
    result = _run(options.n, options.seed)
    tally = result.tally
    print(tally.table())
    if options.write == "add":
        tally += Tally.read(get(DOCUMENT, COMMAND))
    if options.write:
        put(DOCUMENT, COMMAND, tally.table())
    return 1 if result.bad else 0


def _planted(options: argparse.Namespace) -> int:
    names = list(PLANTED) if options.planted == "all" else [options.planted]
    try:
        lines = _search(names, options.n, options.seed)
    except LookupError as missed:
        print(missed)
        return 1
    if options.write:
        put(DOCUMENT, PLANTED_COMMAND, "\n".join(lines))
    return 0


def _search(names: Sequence[str], most: int, seed: int) -> list[str]:
    """Break a copy of the backend in each of these ways, until a history shows it.

    Returns a table's lines; LookupError when no history does.
    """
    lines = ["| planted | seed | histories | steps that are enough | what was seen |"]
    lines += ["| --- | ---: | ---: | ---: | --- |"]
    for name in names:
        with tempfile.TemporaryDirectory(prefix="planted-") as copy:
            result = _run(most, seed, plant(name, Path(copy)), until_found=True)
        if not result.bad:
            raise LookupError(f"{name}: not found in {result.tally.done} histories")
        ((outcome, short),) = result.bad
        rule = outcome.found[0].partition(":")[0]
        row = (name, outcome.seed, result.tally.done, len(short), rule)
        lines.append(f"| {' | '.join(map(str, row))} |")
        print(lines[-1], flush=True)
    return lines


def _run(number: int, seed: int, code: Path = BACKEND, *, until_found: bool = False) -> Result:
    begun, counts, done = time.monotonic(), Counter[str](), 0
    bad: list[tuple[Outcome, Plan]] = []
    while done < number and not (until_found and bad):
        first = seed + done
        group = first // EACH
        seeds = range(first, min((group + 1) * EACH, seed + number))
        with _stand(group, code) as stand:
            for outcome in histories(stand, seeds):
                done += 1
                counts += _counted(outcome) + _made(stand)
                if outcome.found:
                    _tell(outcome)
                    short = _shrunk(stand, outcome)
                    _tell_short(outcome, short)
                    bad.append((outcome, short))
                    break  # the next begins on a stand that nothing is wrong with
    return Result(Tally(done, len(bad), time.monotonic() - begun, counts), bad)


def _counted(outcome: Outcome) -> Counter[str]:
    counts = Counter(step.what for step in outcome.plan if step.is_fault)
    if outcome.history:
        counts["calls"] = len(outcome.history.calls)
        counts["calls without an answer"] = sum(not c.status for c in outcome.history.calls)
        counts["downloads"] = len(outcome.history.finals)
        counts["transfers"] = len(outcome.history.transfers)
    return counts


def _made(stand: Stand) -> Counter[str]:
    made = {"clocks apart": stand.clocks_apart, "packets lost by the kernel": stand.packets}
    return Counter(f"histories with {what}" for what, so in made.items() if so)


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


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.histories", description=__doc__)
    parser.add_argument("-n", type=int, default=10, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="of the first; each next is one more")
    parser.add_argument(
        "--planted", choices=[*PLANTED, "all"], help="break the backend so, in a copy, and look"
    )
    parser.add_argument(
        "-w", dest="write", choices=("1", "add"), help="write docs/testing.md, or add to it"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
