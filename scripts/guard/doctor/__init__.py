"""Why does localhost not work? A list of small checks, each of which finds nothing or a problem.

A check only looks. `facts` gathers once what most of them look at; `running`, `dotenv` and
`machine` hold the checks; `service` puts one service down to one cause. What concerns the app and
not the guard is in a module of the app's, named on the command line.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..core import hints

DEADLINE = 10.0  # seconds for all checks together, on a busy machine too; most take none


@dataclass(frozen=True)
class Problem:
    """What is wrong, with the value, and the exact command or edit that fixes it."""

    message: str
    fix: str


@dataclass(frozen=True)
class Check:
    """One thing that is looked at."""

    title: str
    """What is true when all is well."""
    look: Callable[[], Problem | None]


@dataclass(frozen=True)
class Finding:
    """What a check came to."""

    title: str
    problem: Problem | None
    seconds: float

    def as_json(self) -> dict[str, object]:
        """Return the JSON object of `doctor --json`."""
        problem = None if self.problem is None else vars(self.problem)
        return {
            "title": self.title,
            "ok": self.problem is None,
            "problem": problem,
            "seconds": round(self.seconds, 3),
        }


def examine(checks: Iterable[Check], deadline: float = DEADLINE) -> list[Finding]:
    """Make all checks at the same time and return what each came to, in their order.

    One that crashes, or is not done `deadline` seconds after the start, is a finding itself.
    """
    checks = list(checks)
    done: queue.SimpleQueue[tuple[int, Finding]] = queue.SimpleQueue()
    for number, check in enumerate(checks):
        threading.Thread(
            target=lambda n=number, c=check: done.put((n, _made(c))), daemon=True
        ).start()
    findings = [Finding(check.title, _unfinished(deadline), deadline) for check in checks]
    end = time.monotonic() + deadline
    for _ in checks:
        try:
            number, finding = done.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            break
        findings[number] = finding
    return findings


def _made(check: Check) -> Finding:
    begun = time.monotonic()
    try:
        problem = check.look()
    except Exception as error:  # noqa: BLE001 - a check that crashes is a finding
        problem = Problem(
            f"this could not be looked at: {type(error).__name__}: {error}",
            f"{hints.setup() or hints.start()}   # if that does not help, this is a fault of the "
            "doctor: report it",
        )
    return Finding(check.title, problem, time.monotonic() - begun)


def _unfinished(deadline: float) -> Problem:
    return Problem(
        f"no answer within {deadline:g} s: the machine is very busy, or a program hangs",
        f"{hints.command('doctor')}   # again, when the machine is less busy",
    )
