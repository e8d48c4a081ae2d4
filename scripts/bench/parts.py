"""The two parts of the benchmark: this project's own stack, and the supervisors by themselves."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.bench import duels, measures, recoveries, stacks
from scripts.bench.measures import Flood
from scripts.bench.peers import Peer, guard
from scripts.bench.recoveries import SERVERS, Starts
from scripts.bench.report import NONE, Findings, Table, Target, median
from scripts.bench.rounds import Figures, each

GUARDS = PROCESS, STACK = guard("process"), guard("stack")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
FLOODS = 5
RIVALS = 3

APP_DEATHS = 3
"""How often each server dies in a round: of fewer deaths, medians differ by 10 % by chance."""

# What is to be reached.
APP_COLD_START, TOY_COLD_START = 1.15, 1.9  # of the bare servers
APP_RECOVERY = 1.10
LINES_PER_SECOND = 570_000
LINES_OF_FASTEST = 2.0  # of the peers that keep every line intact
MEGABYTES = 36
IDLE_PERCENT = 0.2


def app(rounds: int, peers: Sequence[Peer]) -> Findings:
    """Measure the project's own two servers, bare and supervised."""
    shown = [p for p in peers if p.name in {"honcho", "honcho in a loop", "concurrently"}]
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
        "the `kill -9` of a server until it has answered again (`guard (stack)` and honcho in a "
        "loop: until both have, as new processes). *Bare* is the start of the same servers without "
        "a supervisor: of that one, or of both where both start again. *Refused* is the most "
        "connections refused around one death, of one every 5 ms until 2 s after the recovery."
    )
    targets = [
        Target.at_most("cold start of the app / bare", starts.cold_ratio(STACK), APP_COLD_START)
    ]
    targets += _recovery_targets(starts)
    return [recoveries.table("The app", text, starts)], [*targets, _nothing_refused(starts)]


def supervisors(rounds: int, peers: Sequence[Peer]) -> Findings:
    """Measure two servers of a few lines each under every supervisor."""
    starts = recoveries.measure(rounds, [*GUARDS, *peers], stacks.toy)
    text = (
        "The same with two servers of a few lines (`scripts/bench/toys`), so that what remains is "
        "the supervisor itself."
    )
    fights = duels.fight(PROCESS, _fastest(starts, peers), stacks.toy, "web")
    targets = [
        Target.at_most(
            "cold start of two small servers / bare", starts.cold_ratio(STACK), TOY_COLD_START
        ),
        duels.target(fights),
        _nothing_refused(starts),
    ]
    tables = [
        recoveries.table("Supervisors: starts and recoveries", text, starts),
        duels.table(PROCESS, fights),
    ]
    return tables, targets


def log(_rounds: int, peers: Sequence[Peer]) -> Findings:
    """Measure the merged log, of those who print one."""
    shown = [PROCESS, *(peer for peer in peers if peer.merges and "loop" not in peer.name)]
    floods = each("log", FLOODS, shown, measures.flood)
    rows = [["", "lines/s", "lost", "torn or doubled", "CPU s / 100,000 lines"]]
    rows += [_flood_row(name, figures) for name, figures in floods.items() if figures]
    text = (
        "Two programs write 100,000 lines of 100 bytes each as fast as they are taken, at the same "
        f"time; the output goes to a pipe that is read at once. The best of {FLOODS} rounds for "
        "the speed (two processors are shared by the writers, the supervisor and the reader), the "
        "worst for the lines."
    )
    best = max(_lines_per_second(flood) for flood in floods[PROCESS.name])
    broken = _broken(floods[PROCESS.name])
    intact = [
        max(map(_lines_per_second, figures))
        for name, figures in floods.items()
        if name != PROCESS.name and figures and not _broken(figures)
    ]
    targets = [
        Target(
            "merged log, lines/s",
            f"at least {LINES_PER_SECOND:,}",
            f"{best:,.0f}",
            best >= LINES_PER_SECOND,
        ),
        Target("lines lost, torn or doubled", "0", str(broken), broken == 0),
    ]
    if intact:
        what = "merged log, lines/s / the fastest peer that keeps every line intact"
        targets.append(Target.at_least(what, best / max(intact), LINES_OF_FASTEST))
    return [Table("Supervisors: the merged log", text, rows)], targets


def cost(_rounds: int, peers: Sequence[Peer]) -> Findings:
    """Measure what a supervisor takes while nothing happens."""
    idle = each("idle", 1, [STACK, *peers], lambda peer: measures.idle(peer, stacks.toy()))
    rows = [["", "memory (PSS), MiB", "processor, %"]]
    rows += [
        [name, f"{figures[0].megabytes:.1f}", f"{figures[0].cpu:.2f}"]
        for name, figures in idle.items()
        if figures
    ]
    text = f"The supervisor's own processes, over {measures.IDLE_SECONDS:.0f} s without an event."
    own = idle[STACK.name][0]
    targets = [
        Target(
            "memory of the guard",
            f"at most {MEGABYTES} MiB",
            f"{own.megabytes:.1f} MiB",
            own.megabytes <= MEGABYTES,
        ),
        Target(
            "idle processor use of the guard",
            f"below {IDLE_PERCENT} %",
            f"{own.cpu:.2f} %",
            own.cpu < IDLE_PERCENT,
        ),
    ]
    return [Table("Supervisors: what they cost", text, rows)], targets


def endings(_rounds: int, peers: Sequence[Peer]) -> Findings:
    """Look at what supervisors do when things go wrong."""
    shown = [STACK, *peers]
    left = {number: each(number.name, 1, shown, _leaving(number)) for number in SIGNALS}
    loops = each("crash loop", 1, shown, measures.crash_loop)
    said = each("port taken", 1, shown, lambda peer: measures.conflict(peer, stacks.toy()))
    with ThreadPoolExecutor(len(shown)) as pool:  # they only wait
        hangs = dict(
            zip(shown, pool.map(lambda p: measures.hang(p, stacks.toy()), shown), strict=True)
        )
    rows = [["", *(f"left by {n.name}" for n in SIGNALS), "crash loop: starts in 10 s"]]
    rows[0] += ["hung server: an answer after, s", "port taken: what it says"]
    for peer in shown:
        row = [peer.name, *(_first(left[number], peer) for number in SIGNALS)]
        hang = hangs[peer]
        waited = f"never (in {measures.HANG_SECONDS:.0f})" if hang is None else f"{hang:.1f}"
        rows.append([*row, _first(loops, peer), waited, _first(said, peer)])
    text = (
        f"*Left* counts processes {measures.LEAVING_SECONDS:.0f} s after the supervisor got the "
        "signal (SIGINT and SIGHUP: with its process group, as a terminal sends them). A hung "
        "server was stopped by SIGSTOP while a client asked it."
    )
    own = sum(left[number][STACK.name][0] for number in SIGNALS)
    targets = [Target("processes left behind by any signal", "0", str(own), own == 0)]
    return [Table("Supervisors: when things go wrong", text, rows)], targets


def _fastest(starts: Starts, peers: Sequence[Peer]) -> list[Peer]:
    """Return the peers whose `web` was back soonest, of those that relaunch just that one."""
    back = {peer: median(starts.recovered(peer, "web")) for peer in peers if not peer.whole}
    return sorted((p for p in back if back[p] is not None), key=lambda p: back[p] or 0)[:RIVALS]


def _leaving(number: signal.Signals) -> Callable[[Peer], int]:
    return lambda peer: measures.left_behind(peer, stacks.toy(), number)


def _first(figures: Figures[int] | Figures[str], peer: Peer) -> str:
    return str(figures[peer.name][0]) if figures[peer.name] else NONE


def _flood_row(name: str, floods: Sequence[Flood]) -> list[str]:
    return [
        name,
        f"{max(map(_lines_per_second, floods)):,.0f}",
        str(max(flood.lost for flood in floods)),
        str(max(flood.torn for flood in floods)),
        f"{median(flood.cpu for flood in floods):.2f}",
    ]


def _broken(floods: Sequence[Flood]) -> int:
    return max(flood.lost + flood.torn for flood in floods)


def _lines_per_second(flood: Flood) -> float:
    return measures.LINES_IN_ALL / flood.seconds


def _recovery_targets(starts: Starts) -> list[Target]:
    return [
        Target.at_most(
            f"{victim} back after kill -9, {peer.name} / bare",
            starts.recovery_ratio(peer, victim),
            APP_RECOVERY,
        )
        for peer in GUARDS
        for victim in SERVERS
    ]


def _nothing_refused(starts: Starts) -> Target:
    refused = sum(starts.refused(peer) for peer in GUARDS)
    return Target("connections refused around a death", "0", str(refused), refused == 0)
