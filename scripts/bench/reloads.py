"""What a save costs: how soon it is served, and what becomes of the requests around it."""

from __future__ import annotations

import contextlib
import http.client
import re
import time
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scripts.bench import probe, reloaders
from scripts.bench.competitors import Competitor
from scripts.bench.installed import Installed
from scripts.bench.reloaders import PATH, Program
from scripts.bench.report import (
    NONE,
    Findings,
    Table,
    Target,
    in_ms,
    milliseconds,
    ratio,
    whole_median,
)
from scripts.bench.rounds import Figures, complete, each, taken
from scripts.bench.running import running
from scripts.bench.visits import SLOW_SECONDS, Visits, together, visiting

SETTLED_SECONDS = 5.0  # from the first answer to the first save: somebody types meanwhile
VISITS_SECONDS = 0.01  # between two requests: 100 a second
ASKING = 200  # that may wait for an answer at the same time
BEFORE_SECONDS, AFTER_SECONDS = 0.5, 1.0  # that the requests begin before a save, and go on after
SAVED_SECONDS = 20.0  # after which a save that is not served never will be
MISTAKE = "\n(\n"  # no program in either language
LEAST = 100  # requests around a save, of which to tell that none was lost

# What is to be reached.
BACKEND_MS = 250
OF_FASTEST = 0.5  # of those that fail no request


@dataclass(frozen=True)
class Save:
    """One save."""

    seconds: float | None
    """Until the first answer of what was saved; None if none came."""
    visits: Visits
    mended: float | None
    """The same, of a save that mends a syntax error which was saved before."""


def reload(rounds: int, _competitors: Sequence[Competitor]) -> Findings:
    """Measure every reloader on a small server of Python, on the backend, and on one of Node."""
    installed = Installed()
    tables: list[Table] = []
    judged: list[Target] = []
    for program in (reloaders.TOY, reloaders.BACKEND, reloaders.NODE):
        others = reloaders.of_node if program is reloaders.NODE else reloaders.of_python
        compared = [reloaders.guard(program), *others(program, installed)]
        saves = each(f"{program.name} saved", rounds, compared, partial(_measure, program))
        tables.append(_table(program, saves, rounds))
        judged += targets(program, saves)
    return tables, judged


def _measure(program: Program, one: Competitor) -> Save:
    """Save a file under a load, then a syntax error, and mend that."""
    stack = program.stack()
    port = stack.ports["api"]
    with running(one, stack) as run:
        probe.answer(port, PATH)
        time.sleep(SETTLED_SECONDS)
        file = run.folder / program.file
        save(file, "1")  # the first one teaches some of them what they need later
        _served(port, "1")
        time.sleep(SETTLED_SECONDS)
        with visiting(port, PATH, interval=VISITS_SECONDS) as visits:
            time.sleep(BEFORE_SECONDS)
            seconds = _timed(lambda: save(file, "2"), partial(_served, port, "2"))
            time.sleep(AFTER_SECONDS)
        break_(file)
        time.sleep(AFTER_SECONDS)
        mended = _timed(lambda: save(file, "3"), partial(_served, port, "3"))
    return Save(seconds, visits, mended)


def save(file: Path, number: str) -> None:
    """Replace the file by one with another number, as editors do; a mistake in it is mended."""
    fresh = file.with_name(f".{file.name}.new")
    text = file.read_text().removesuffix(MISTAKE)
    fresh.write_text(re.sub(r"saved: \d+", f"saved: {number}", text))
    fresh.replace(file)


def break_(file: Path) -> None:
    """Save a syntax error in it."""
    with file.open("a") as stream:
        stream.write(MISTAKE)


def _timed(act: Callable[[], None], served: Callable[[], float | None]) -> float | None:
    begun = time.monotonic()
    act()
    at = served()
    return None if at is None else at - begun


def _served(port: int, number: str) -> float | None:
    """Return when that version answered first, on the monotonic clock; None if it did not.

    A request that waits does not keep the next from being made, 100 a second.
    """
    found: list[float] = []

    def ask() -> None:
        if f"saved: {number}".encode() in _answer(port):
            found.append(time.monotonic())

    end = time.monotonic() + SAVED_SECONDS
    with ThreadPoolExecutor(max_workers=ASKING) as pool:
        while not found and time.monotonic() < end:
            pool.submit(ask)
            time.sleep(VISITS_SECONDS)
        pool.shutdown(cancel_futures=True)
    return min(found, default=None)


def _answer(port: int) -> bytes:
    """Return what is answered now; nothing where nobody answers."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        address = f"http://127.0.0.1:{port}{PATH}"
        with urllib.request.urlopen(address, timeout=SAVED_SECONDS) as answer:
            found: bytes = answer.read()
            return found
    return b""


def _table(program: Program, saves: Figures[Save], rounds: int) -> Table:
    rows = [["", "save to served, ms", "failed", "slow", "slowest, ms", "mended to served, ms"]]
    for name, figures in saves.items():
        known = taken(figures)
        seen = together(save.visits for save in known)
        lost = seen.lost + seen.cut_off + seen.standby
        rows.append(
            [
                name,
                milliseconds([save.seconds for save in known]),
                f"{lost:,} of {seen.attempts:,}" if known else NONE,
                f"{seen.slow:,}" if known else NONE,
                f"{1000 * seen.longest:,.0f}" if known else NONE,
                milliseconds([save.mended for save in known]),
            ]
        )
    text = (
        f"The time from saving a file to the first answer of what was saved, of {rounds} saves, "
        "100 requests a second meanwhile. *Failed* were refused, reset, timed out, answered "
        f"otherwise than 200 or by a standby page; *slow* took longer than {SLOW_SECONDS:g} s. "
        "*Mended* is the same after a syntax error had been saved."
    )
    return Table(f"Saves: {program.name}", text, rows)


def targets(program: Program, saves: Figures[Save]) -> list[Target]:
    """Judge what a save costs under the guard."""
    own = complete(saves["guard"])
    seen = together(save.visits for save in own or [])
    lost = None if own is None else seen.lost + seen.cut_off + seen.standby
    seconds = None if own is None else whole_median(save.seconds for save in own)
    what = f"requests failed around a save ({program.name})"
    judged = [Target.zero(what, lost, seen.attempts, LEAST)]
    if program is reloaders.BACKEND:
        fastest = min(_without_failures(saves), default=None)
        judged += [
            Target.at_most("save to served, backend", in_ms(seconds), BACKEND_MS, ",.0f", " ms"),
            Target.at_most(
                "save to served, backend / the fastest that fails no request",
                ratio(seconds, fastest),
                OF_FASTEST,
            ),
        ]
    return judged


def _without_failures(saves: Figures[Save]) -> list[float]:
    """Return the medians of the others that served every save and failed no request."""
    found = []
    for name, figures in saves.items():
        known = complete(figures)
        if name == "guard" or known is None:
            continue
        seen = together(save.visits for save in known)
        middle = whole_median(save.seconds for save in known)
        if middle is not None and not seen.lost + seen.cut_off:
            found.append(middle)
    return found
