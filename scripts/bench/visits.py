"""Visits a port over and over and counts what became of every visit.

A zero means nothing without the number it is out of. So whoever reads how many visits were refused
finds beside it how many were attempted and answered, and every other way in which one can fail.
"""

from __future__ import annotations

import contextlib
import http.client
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial, reduce
from operator import add
from typing import Self

INTERVAL_SECONDS = 0.005
"""From one new connection to the next."""
MOST_AT_ONCE = 400
"""Visits under way: of two seconds, in which the next process serves unless the machine is busy."""
TIMEOUT_SECONDS = 60.0
"""After which a visit without an answer has failed."""
SLOW_SECONDS = 0.3
"""From here on a person notices that an answer takes its time."""
STANDBY = "x-guard-standby"

# The connection stood, and its other end went away.
CUT_OFF = (ConnectionResetError, BrokenPipeError, http.client.IncompleteRead)


@dataclass
class Visits:
    """What became of new connections, each with a request of its own.

    Each visit that is over is counted in just one of the others:
    `attempts == answers + standby + refused + cut_off + len(failures)`.
    """

    attempts: int = 0
    answers: int = 0
    """Answered by the service, with status 200."""
    standby: int = 0
    """Answered by the guard's standby responder."""
    refused: int = 0
    cut_off: int = 0
    """Under way at the moment of a fault, and broken off by it: what a killed process has in its
    hands nobody else can answer."""
    failures: list[str] = field(default_factory=list)
    """Every other one, with its reason: timed out, reset, another status, no HTTP."""
    longest: float = 0.0
    """Seconds that the slowest took."""
    slow: int = 0
    """Those that took longer than `SLOW_SECONDS`, whatever became of them."""
    demanded: int = 0
    """How many answers its reader insists on."""
    faults: list[float] = field(default_factory=list)
    """When the port's process was killed, on the monotonic clock."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __add__(self, other: Self) -> Visits:
        """Put those of two ports, or of two runs, together."""
        return Visits(
            self.attempts + other.attempts,
            self.answers + other.answers,
            self.standby + other.standby,
            self.refused + other.refused,
            self.cut_off + other.cut_off,
            [*self.failures, *other.failures],
            max(self.longest, other.longest),
            self.slow + other.slow,
            self.demanded + other.demanded,
            [*self.faults, *other.faults],
        )

    def __str__(self) -> str:
        failed = f", the first {self.failures[0]}" if self.failures else ""
        return (
            f"{self.attempts:,} attempted: {self.answers:,} answered, {self.standby} by the "
            f"standby responder, {self.refused} refused, {self.cut_off} cut off by a fault, "
            f"{len(self.failures)} failed otherwise{failed}"
        )

    @property
    def lost(self) -> int:
        """Visits that nobody answered and no fault explains."""
        return self.refused + len(self.failures)

    @contextlib.contextmanager
    def fault(self) -> Iterator[None]:
        """The block kills the port's process: what is under way until its end may be cut off."""
        self.faults.append(math.inf)
        try:
            yield
        finally:
            self.faults[-1] = time.monotonic()

    def visit(self, port: int, path: str, timeout: float) -> None:
        """Make one visit, and count it."""
        with self._lock:
            self.attempts += 1
        begun = time.monotonic()
        kind, why = self._outcome(port, path, timeout, begun)
        with self._lock:
            took = time.monotonic() - begun
            self.longest = max(self.longest, took)
            self.slow += took > SLOW_SECONDS
            if kind == "failures":
                self.failures.append(why)
            else:
                setattr(self, kind, getattr(self, kind) + 1)

    def _outcome(self, port: int, path: str, timeout: float, begun: float) -> tuple[str, str]:
        try:
            status, standby = knock(port, path, timeout)
        except ConnectionRefusedError:
            return "refused", ""
        except CUT_OFF as error:
            hit = any(begun <= fault for fault in self.faults)
            return ("cut_off", "") if hit else ("failures", repr(error))
        except (OSError, http.client.HTTPException) as error:
            return "failures", repr(error)
        if standby:
            return "standby", ""
        return ("answers", "") if status == http.client.OK else ("failures", f"status {status}")


def knock(port: int, path: str, timeout: float) -> tuple[int, bool]:
    """Make one request on a new connection; return its status, and if the guard answered it.

    Raises `OSError` or `http.client.HTTPException` when nothing came of it.
    """
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status, response.headers.get(STANDBY) is not None


@contextlib.contextmanager
def visiting(
    port: int,
    path: str = "/",
    timeout: float = TIMEOUT_SECONDS,
    interval: float = INTERVAL_SECONDS,
) -> Iterator[Visits]:
    """Visit a port every 5 ms while the block lasts; every visit is over when it ends."""
    seen = Visits()
    over = threading.Event()
    visit = partial(seen.visit, port, path, timeout)
    thread = threading.Thread(target=_keep_visiting, args=(visit, over, interval))
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def together(visits: Iterable[Visits]) -> Visits:
    """Return the sum; of none, no visit at all."""
    return reduce(add, visits, Visits())


def _keep_visiting(visit: Callable[[], None], over: threading.Event, interval: float) -> None:
    """Each visit has a thread of its own: one that waits must not keep the next from coming.

    So long as there are not too many: 200 more each second keep a busy machine from ever serving.
    """
    threads: list[threading.Thread] = []
    while not over.wait(interval):
        if len(threads) >= MOST_AT_ONCE:
            threads = [thread for thread in threads if thread.is_alive()]
        if len(threads) < MOST_AT_ONCE:
            thread = threading.Thread(target=visit)
            thread.start()
            threads.append(thread)
    for thread in threads:
        thread.join()
