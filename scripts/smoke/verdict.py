"""What came of the checks: a line for each, and a last line that names what failed."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import httpx

from scripts.smoke.tools import FailedError, LeftOutError

Outcome = Literal["ok", "left out", "FAIL", "no answer"]
Subject = TypeVar("Subject")


@dataclass(frozen=True)
class Result:
    """One check: its title, what came of it, what it saw, and how long it took in seconds."""

    title: str
    outcome: Outcome
    seen: str
    seconds: float


@dataclass
class Verdict:
    """The results so far."""

    results: list[Result] = field(default_factory=list)

    def add(self, result: Result) -> str:
        """Keep a result. Returns its line."""
        self.results.append(result)
        outcome = "FAIL" if result.outcome == "no answer" else result.outcome
        return f"{outcome:<8}  {result.title}: {result.seen} ({result.seconds:.2f} s)"

    @property
    def failed(self) -> list[str]:
        """The titles of the checks that failed."""
        return self._titles("FAIL", "no answer")

    def summary(self) -> str:
        """The last line: what failed and what was left out, by name."""
        if self.results and all(result.outcome == "no answer" for result in self.results):
            return "failed: nothing answers at these addresses. Start it: make dev"
        parts = [f"{len(self._titles('ok'))} of {len(self.results)} checks passed"]
        if left_out := self._titles("left out"):
            parts.append(f"left out: {', '.join(left_out)}")
        if self.failed:
            parts.append(f"failed: {', '.join(self.failed)}")
        return "; ".join(parts)

    def _titles(self, *outcomes: Outcome) -> list[str]:
        return [result.title for result in self.results if result.outcome in outcomes]


def judge(check: Callable[[Subject], str], subject: Subject) -> Result:
    """Run one check; whatever an unreachable or broken stack raises is a result as well."""
    started = time.monotonic()
    outcome: Outcome = "ok"
    try:
        seen = check(subject)
    except LeftOutError as reason:
        outcome, seen = "left out", str(reason)
    except (httpx.ConnectError, ConnectionRefusedError) as error:
        outcome, seen = "no answer", str(error)
    except (FailedError, httpx.HTTPError, OSError, subprocess.CalledProcessError) as error:
        outcome, seen = "FAIL", str(error) or type(error).__name__
    title = check.__name__.replace("_", " ")
    return Result(title, outcome, seen, time.monotonic() - started)
