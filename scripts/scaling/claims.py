"""Claims a second of processes that do nothing but claim: what the database alone allows."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from store.store import Store

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "webapp/backend"


class Claims(NamedTuple):
    """What so many processes did with so long a queue."""

    links: int
    processes: int
    per_second: float
    """Claims, each followed by the report that the download is done."""
    database: float
    """Percent of one processor that the database used meanwhile."""

    @property
    def seconds_each(self) -> float:
        """Seconds of a processor that a claim and its report cost the database."""
        return self.database / 100 / self.per_second


def claims(
    url: str, links: int, processes: int, seconds: float, used: Callable[[], float]
) -> Claims:
    """Let processes claim from a queue of `links` for so long, or until it is empty.

    They hold the bare store: no backend, no runner. `used` tells the seconds of a processor that
    the database has used.
    """
    command = [sys.executable, "-m", "scripts.scaling.claims", url, str(seconds)]
    with contextlib.ExitStack() as enter:
        workers = [
            enter.enter_context(
                subprocess.Popen(
                    [*command, f"p{number}"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    cwd=ROOT,
                    env=os.environ | {"PYTHONPATH": f"{ROOT}:{BACKEND}"},
                )
            )
            for number in range(processes)
        ]
        for worker in workers:
            _told(worker)  # it is ready
        before, begun = used(), time.monotonic()
        for worker in workers:
            _tell(worker)
        done = sum(int(_told(worker)) for worker in workers)
        taken, busy = time.monotonic() - begun, used() - before
    return Claims(links, processes, done / taken, 100 * busy / taken)


def _told(worker: subprocess.Popen[str]) -> str:
    return worker.stdout.readline() if worker.stdout else ""


def _tell(worker: subprocess.Popen[str]) -> None:
    if worker.stdin:
        worker.stdin.write("begin\n")
        worker.stdin.flush()


def _claim(url: str, seconds: str, name: str) -> None:
    """Claim as soon as it is told, and say how often."""
    store, done = Store(url), 0
    store.counts()
    print("ready", flush=True)
    sys.stdin.readline()
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end and (row := store.claim(name)):
        store.report(row["id"], row["run"], state="done")
        done += 1
    store.engine.dispose()
    print(done, flush=True)


if __name__ == "__main__":
    _claim(*sys.argv[1:])
