"""The suite about many of everything: services, found ports, crashes, and a long day's log."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from scripts.bench import measures, stacks
from scripts.bench.competitors import BARE, Competitor, guard
from scripts.bench.probe import NoAnswerError, answer, until
from scripts.bench.recoveries import two_digits
from scripts.bench.report import Findings, Table, Target, milliseconds, ratio, whole_median
from scripts.bench.rounds import each, taken, tell
from scripts.bench.running import Running, running
from scripts.bench.stacks import Stack

FEW, MANY = 20, 50
CRASHES = 1000
BETWEEN_SECONDS = 0.25
"""Between two crashes: each service is ready for ten seconds before its turn comes again."""
TORRENT_MB = 2000
REST_SECONDS, SETTLED_SECONDS = 10.0, 5.0
PATIENCE_SECONDS = 10.0
ASKED = 5
"""How often `status` is asked for its median."""

# What is to be reached.
COLD_START = 1.5  # of the bare servers
FOUND_IDLE_PERCENT = 0.2
GROWTH_MIB = 8.0  # over all crashes, and over the whole log


@dataclass(frozen=True)
class Weight:
    """What the guard's own process takes."""

    megabytes: float
    """Proportional set size, MiB."""
    descriptors: int
    cpu: float
    """Seconds of a processor since it was started."""

    @classmethod
    def of(cls, run: Running) -> Weight:
        """Look at it now."""
        process = psutil.Process(run.popen.pid)
        times = process.cpu_times()
        memory = process.memory_full_info().pss / 2**20
        return cls(memory, process.num_fds(), times.user + times.system)


@dataclass(frozen=True)
class Crowd:
    """A guard over many services, before and after all those crashes."""

    before: Weight
    idle_percent: float
    status_seconds: list[float]
    back: list[float | None]
    """Of each crash, the seconds until the server has answered again; None if it has not."""
    after: Weight
    status_after: list[float]


@dataclass(frozen=True)
class Torrent:
    """A guard before and after a long log."""

    before: Weight
    after: Weight
    seconds: float
    disk_bytes: int


GUARD = guard("process")


def scale(rounds: int, _competitors: Sequence[Competitor]) -> Findings:
    """Measure the guard over many services, many crashes, and a long log."""
    started = each(
        f"{FEW} servers",
        rounds,
        [BARE, GUARD],
        lambda one: measures.cold_start(one, stacks.crowd(FEW)),
    )
    idle = each("found ports", 1, [GUARD], lambda _: _found_at_rest())[GUARD.name][0]
    crowd = each("crowd", 1, [GUARD], lambda _: _crowd())[GUARD.name][0]
    torrent = each("a long log", 1, [GUARD], lambda _: _torrent())[GUARD.name][0]
    cold = ratio(*(whole_median(started[one.name]) for one in (GUARD, BARE)))
    rows = [["", "ms", "/ bare"]]
    rows.append([BARE.name, milliseconds(started[BARE.name]), "1.00"])
    rows.append([GUARD.name, milliseconds(started[GUARD.name]), two_digits(cold)])
    text = f"The cold start of {FEW} servers of a few lines, until the last one has answered."
    tables = [Table(f"Scale: {FEW} servers come up", text, rows)]
    tables += [_crowd_table(found) for found in taken([crowd])]
    tables += [_torrent_table(found) for found in taken([torrent])]
    return tables, targets(cold, idle, crowd, torrent)


def targets(
    cold: float | None, idle: float | None, crowd: Crowd | None, torrent: Torrent | None
) -> list[Target]:
    """Judge what was measured; what was not is missed."""
    back = crowd.back if crowd else []
    kept = crowd.after.descriptors - crowd.before.descriptors if crowd else None
    return [
        Target.at_most(f"cold start of {FEW} small servers / bare", cold, COLD_START),
        Target.at_most(
            f"idle processor use over {FEW} found ports", idle, FOUND_IDLE_PERCENT, ".2f", " %"
        ),
        Target.zero("killed servers that were not back", back.count(None), len(back), CRASHES),
        Target.at_most(f"descriptors gained over {CRASHES:,} crashes", kept, 0, ".0f"),
        *(
            Target.at_most(f"memory gained over {what}", _gained(found), GROWTH_MIB, ".1f", " MiB")
            for what, found in ((f"{CRASHES:,} crashes", crowd), ("the long log", torrent))
        ),
    ]


def _gained(found: Crowd | Torrent | None) -> float | None:
    return found.after.megabytes - found.before.megabytes if found else None


def _found_at_rest() -> float:
    """Return the processor's share, in percent, that a guard takes whose ports had to be found."""
    with running(GUARD, stacks.crowd(FEW, told=False)) as run:
        _all_ready(run, FEW, with_ports=True)
        return _idle_percent(run)


def _crowd() -> Crowd:
    stack = stacks.crowd(MANY)
    with running(GUARD, stack) as run:
        _all_ready(run, MANY)
        idle = _idle_percent(run)
        names, back = sorted(stack.ports), []
        for name in names:  # the file of a log is opened for its first line, and stays open
            _crash(stack, name)
        _all_ready(run, MANY)
        time.sleep(REST_SECONDS)
        before, asked = Weight.of(run), [_status(run)[0] for _ in range(ASKED)]
        for number in range(CRASHES):
            tell(f"crowd: crash {number + 1} of {CRASHES}")
            back.append(_crash(stack, names[number % MANY]))
        _all_ready(run, MANY)
        asked_after = [_status(run)[0] for _ in range(ASKED)]
        time.sleep(REST_SECONDS)
        return Crowd(before, idle, asked, back, Weight.of(run), asked_after)


def _crash(stack: Stack, name: str) -> float | None:
    """Kill a server; return the seconds until the next one has answered, None if none has."""
    port = stack.ports[name]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PATIENCE_SECONDS) as reply:
            pid = int(reply.read())
        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        seconds = answer(port, "/", measures.GIVEN_UP_SECONDS) - killed
    except (OSError, NoAnswerError):
        return None
    time.sleep(max(0.0, BETWEEN_SECONDS - seconds))
    return seconds


def _torrent() -> Torrent:
    with tempfile.TemporaryDirectory() as name:
        go, state = Path(name) / "go", Path(name) / "state"
        stack = replace(stacks.torrent(TORRENT_MB, go), environment={"GUARD_DIR": str(state)})
        with running(GUARD, stack, pipe=True, kept=False) as run:
            _all_ready(run, len(stack.lines))
            before, begun = Weight.of(run), time.monotonic()
            go.touch()
            until(go.with_suffix(".done").exists, "the log never ended", deadline=600)
            seconds = time.monotonic() - begun
            time.sleep(REST_SECONDS)
            disk = sum(file.stat().st_size for file in state.rglob("*") if file.is_file())
            return Torrent(before, Weight.of(run), seconds, disk)


def _idle_percent(run: Running) -> float:
    time.sleep(SETTLED_SECONDS)
    before = Weight.of(run).cpu
    time.sleep(REST_SECONDS)
    return (Weight.of(run).cpu - before) / REST_SECONDS * 100


def _crowd_table(found: Crowd) -> Table:
    rows = [["", "memory (PSS), MiB", "descriptors", "`status`, ms"]]
    for when, weight, asked in (
        ("before", found.before, found.status_seconds),
        ("after", found.after, found.status_after),
    ):
        row = [f"{weight.megabytes:.1f}", str(weight.descriptors), milliseconds(asked)]
        rows.append([f"{when} {CRASHES:,} crashes", *row])
    text = (
        f"The guard over {MANY} servers of a few lines, which take {found.idle_percent:.2f} % of a "
        f"processor at rest. Then they are killed in turn, {CRASHES:,} times, one every "
        f"{BETWEEN_SECONDS:g} s at most; each is back after {milliseconds(found.back)} ms. "
        "`status` is the whole command, Python's start included."
    )
    return Table(f"Scale: {MANY} services", text, rows)


def _torrent_table(found: Torrent) -> Table:
    rows = [["", "memory (PSS), MiB"]]
    rows += [
        [when, f"{weight.megabytes:.1f}"]
        for when, weight in (("before", found.before), ("after", found.after))
    ]
    text = (
        f"One service writes {TORRENT_MB:,} MB of lines, which took {found.seconds:.0f} s. The "
        f"guard's files hold {found.disk_bytes / 1e6:.0f} MB of them afterwards."
    )
    return Table("Scale: a long log", text, rows)


def _all_ready(run: Running, count: int, *, with_ports: bool = False) -> None:
    def ready() -> bool:
        found = _status(run)[1]
        known = [
            one for one in found if one["state"] == "READY" and (one["port"] or not with_ports)
        ]
        return len(known) == count

    until(ready, f"never were {count} services ready", pause=0.5)


def _status(run: Running) -> tuple[float, list[dict[str, Any]]]:
    """Return how long `status --json` took, and what it says of each service."""
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "scripts.guard", "status", "--json"],
        cwd=run.folder,
        env={**os.environ, **run.stack.environment, "PYTHONPATH": str(stacks.ROOT)},
        capture_output=True,
        check=False,
    )
    seconds = time.monotonic() - begun
    services: list[dict[str, Any]] = json.loads(done.stdout or b"{}").get("services", [])
    return seconds, services
