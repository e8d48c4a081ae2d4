"""The suites about supervising: this project's own stack, and the supervisors by themselves."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from scripts.bench import duels, measures, recoveries, stacks
from scripts.bench.competitors import Competitor, guard
from scripts.bench.measures import Flood, Idle, Left
from scripts.bench.probe import NoAnswerError
from scripts.bench.recoveries import Starts
from scripts.bench.report import NONE, Findings, Table, Target, median, ratio
from scripts.bench.rounds import Figures, complete, each, taken

GUARDS = PROCESS, STACK = guard("process"), guard("stack")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
FLOODS = 5
RIVALS = 3

APP_DEATHS = 3
"""How often each server dies in a round: of fewer deaths, medians differ by 10 % by chance."""

# What is to be reached.
APP_COLD_START, TOY_COLD_START = 1.05, 1.5  # of the bare servers
APP_RECOVERY = {  # of the bare start; one that is forked need not start again
    (PROCESS, "web"): 1.05,
    (PROCESS, "api"): 0.4,
    (STACK, "web"): 1.0,
    (STACK, "api"): 1.0,
}
LINES_PER_SECOND = 700_000
LINES_BESIDE_HALVES = 570_000
LEAST_LINES = 200_000
LEAST_PROCESSES = 3  # a supervisor and two servers
LINES_OF_FASTEST = 2.0  # of the competitors that keep every line intact
MEGABYTES = 20
IDLE_PERCENT = 0.1


def app(rounds: int, competitors: Sequence[Competitor]) -> Findings:
    """Measure the project's own two servers, bare and supervised."""
    shown = [p for p in competitors if p.name in {"honcho", "honcho in a loop", "concurrently"}]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        starts = recoveries.measure(
            rounds,
            [*GUARDS, *shown],
            lambda: stacks.project(Path(folder)),
            deaths=APP_DEATHS,
        )
    text = (
        "Vite and uvicorn as `make dev` runs them. Medians and the range, of "
        f"{rounds} cold starts and {rounds * APP_DEATHS} deaths of each. *Back* is the time from "
        f"the `kill -9` of a server that has run for {stacks.PROJECT_SETTLED:.0f} s until it has "
        "answered again (`guard (stack)` and honcho in a loop: until both have, as new processes). "
        "*Bare* is the start of the same servers without a supervisor: of that one, or of both "
        "where both start again. *Refused* counts new "
        f"connections around {recoveries.KNOCKED} more deaths of each, one every 5 ms until 2 s "
        "after the recovery, each with a request; *lost otherwise* are those reset, timed out or "
        "answered 5xx, and those that the killed server had in its hands."
    )
    targets = [
        Target.at_most("cold start of the app / bare", starts.cold_ratio(STACK), APP_COLD_START)
    ]
    targets += [*recovery_targets(starts), recoveries.nothing_lost(starts, GUARDS)]
    return [recoveries.table("The app", text, starts)], targets


def supervisors(rounds: int, competitors: Sequence[Competitor]) -> Findings:
    """Measure two servers of a few lines each under every supervisor."""
    starts = recoveries.measure(rounds, [*GUARDS, *competitors], stacks.toy)
    text = (
        "The same with two servers of a few lines (`scripts/bench/toys`), so that what remains is "
        "the supervisor itself."
    )
    fights = duels.fight(PROCESS, _fastest(starts, competitors), stacks.toy, "web")
    targets = [
        Target.at_most(
            "cold start of two small servers / bare", starts.cold_ratio(STACK), TOY_COLD_START
        ),
        duels.target(fights),
        recoveries.nothing_lost(starts, GUARDS),
    ]
    tables = [
        recoveries.table("Supervisors: starts and recoveries", text, starts),
        duels.table(PROCESS, fights),
    ]
    return tables, targets


def log(_rounds: int, competitors: Sequence[Competitor]) -> Findings:
    """Measure the merged log, of those who print one."""
    shown = [PROCESS, *(one for one in competitors if one.merges and "loop" not in one.name)]
    floods = each("log", FLOODS, shown, measures.flood)
    beside = each("log, half lines", FLOODS, [PROCESS], partial(measures.flood, halves=True))
    rows = [["", "lines/s", "lost", "torn or doubled", "CPU s / 100,000 lines"]]
    rows += [_flood_row(name, taken(figures)) for name, figures in floods.items()]
    halves = beside[PROCESS.name]
    rows.append(_flood_row(f"{PROCESS.name}, beside half lines", taken(halves)))
    text = (
        "Two programs write 100,000 lines of 100 bytes each as fast as they are taken, at the same "
        f"time; the output goes to a pipe that is read at once. The best of {FLOODS} rounds for "
        "the speed (two processors are shared by the writers, the supervisor and the reader), the "
        "worst for the lines. *Beside half lines*: a third program writes half a line every 20 ms."
    )
    return [Table("Supervisors: the merged log", text, rows)], log_targets(floods, halves)


def log_targets(floods: Figures[Flood], halves: Sequence[Flood | None]) -> list[Target]:
    """Judge the guard's log, by itself and beside the fastest that keeps every line intact.

    `halves` are its floods beside a program that writes half lines.
    """
    own, beside = complete(floods[PROCESS.name]), complete(halves)
    others = [complete(figures) for name, figures in floods.items() if name != PROCESS.name]
    intact = [_best(found) for found in others if found and not _broken(found)]
    best = _best(own)
    return [
        Target.at_least("merged log, lines/s", best, LINES_PER_SECOND, ",.0f"),
        Target.at_least(
            "merged log beside half lines, lines/s", _best(beside), LINES_BESIDE_HALVES, ",.0f"
        ),
        Target.zero(
            "lines lost, torn or doubled",
            _broken([*own, *beside]) if own and beside else None,
            measures.LINES_IN_ALL,
            LEAST_LINES,
        ),
        Target.at_least(
            "merged log, lines/s / the fastest competitor that keeps every line intact",
            ratio(best, max(filter(None, intact), default=None)),
            LINES_OF_FASTEST,
        ),
    ]


def cost(_rounds: int, competitors: Sequence[Competitor]) -> Findings:
    """Measure what a supervisor takes while nothing happens."""
    idle = each("idle", 1, [STACK, *competitors], lambda one: measures.idle(one, stacks.toy()))
    rows = [["", "memory (PSS), MiB", "processor, %"]]
    rows += [
        [name, f"{found.megabytes:.1f}", f"{found.cpu:.2f}"]
        for name, figures in idle.items()
        for found in taken(figures)
    ]
    text = f"The supervisor's own processes, over {measures.IDLE_SECONDS:.0f} s without an event."
    return [Table("Supervisors: what they cost", text, rows)], cost_targets(idle[STACK.name][0])


def cost_targets(own: Idle | None) -> list[Target]:
    """Judge what the guard takes while nothing happens."""
    megabytes, cpu = (own.megabytes, own.cpu) if own else (None, None)
    return [
        Target.at_most("memory of the guard", megabytes, MEGABYTES, ".1f", " MiB"),
        Target.at_most("idle processor use of the guard", cpu, IDLE_PERCENT, ".2f", " %"),
    ]


def endings(_rounds: int, competitors: Sequence[Competitor]) -> Findings:
    """Look at what supervisors do when things go wrong."""
    shown = [STACK, *competitors]
    left = {number: each(number.name, 1, shown, _leaving(number)) for number in SIGNALS}
    loops = each("crash loop", 1, shown, measures.crash_loop)
    said = each("port taken", 1, shown, lambda one: measures.conflict(one, stacks.toy()))
    with ThreadPoolExecutor(len(shown)) as pool:  # they only wait
        hangs = dict(zip(shown, pool.map(_hang, shown), strict=True))
    rows = [["", *(f"left by {n.name}" for n in SIGNALS), "crash loop: starts in 10 s"]]
    rows[0] += ["hung server: an answer after, s", "port taken: what it says"]
    for one in shown:
        row = [one.name, *(_first(left[number], one) for number in SIGNALS)]
        rows.append([*row, _first(loops, one), hangs[one], _first(said, one)])
    text = (
        f"*Left* counts processes {measures.LEAVING_SECONDS:.0f} s after the supervisor got the "
        "signal (SIGINT and SIGHUP: with its process group, as a terminal sends them). A hung "
        "server was stopped by SIGSTOP while a client asked it."
    )
    own = [left[number][STACK.name][0] for number in SIGNALS]
    return [Table("Supervisors: when things go wrong", text, rows)], [nothing_left(own)]


def nothing_left(own: Sequence[Left | None]) -> Target:
    """Judge the processes that the guard left, out of those that ran when it got its signal."""
    found = complete([one if one and one.ran >= LEAST_PROCESSES else None for one in own])
    return Target.zero(
        "processes left behind by any signal",
        sum(one.left for one in found) if found else None,
        sum(one.ran for one in taken(own)),
        len(SIGNALS) * LEAST_PROCESSES,
    )


def _hang(one: Competitor) -> str:
    try:
        waited = measures.hang(one, stacks.toy())
    except NoAnswerError:
        return NONE
    return f"never (in {measures.HANG_SECONDS:.0f})" if waited is None else f"{waited:.1f}"


def _fastest(starts: Starts, competitors: Sequence[Competitor]) -> list[Competitor]:
    """Return the competitors whose `web` was back soonest, of those that restart just that one."""
    back = {one: median(starts.recovered(one, "web")) for one in competitors if not one.whole}
    known = {one: seconds for one, seconds in back.items() if seconds is not None}
    return sorted(known, key=lambda one: known[one])[:RIVALS]


def _leaving(number: signal.Signals) -> Callable[[Competitor], Left]:
    return lambda one: measures.left_behind(one, stacks.toy(), number)


def _first(figures: Mapping[str, Sequence[object]], one: Competitor) -> str:
    found = taken(figures[one.name])
    return str(found[0]) if found else NONE


def _flood_row(name: str, floods: Sequence[Flood]) -> list[str]:
    if not floods:
        return [name, *[NONE] * 4]
    return [
        name,
        f"{max(map(_lines_per_second, floods)):,.0f}",
        str(max(flood.lost for flood in floods)),
        str(max(flood.torn for flood in floods)),
        f"{median(flood.cpu for flood in floods):.2f}",
    ]


def _broken(floods: Sequence[Flood]) -> int:
    return max(flood.lost + flood.torn for flood in floods)


def _best(floods: Sequence[Flood] | None) -> float | None:
    return max(map(_lines_per_second, floods)) if floods else None


def _lines_per_second(flood: Flood) -> float:
    return measures.LINES_IN_ALL / flood.seconds


def recovery_targets(starts: Starts) -> list[Target]:
    """Judge how soon each server is back, in each of the guard's modes."""
    return [
        Target.at_most(
            f"{victim} back after kill -9, {competitor.name} / bare",
            starts.recovery_ratio(competitor, victim),
            most,
        )
        for (competitor, victim), most in APP_RECOVERY.items()
    ]
