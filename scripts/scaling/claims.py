"""Claims a second of processes that do nothing but claim: what the database alone allows."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from domain.requests import DownloadRequest
from store.store import Store

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "webapp/backend"
AT_ONCE = 2_000
"""Links of one transaction while the queue is filled."""


class Claims(NamedTuple):
    """What so many processes did with so long a queue."""

    links: int
    processes: int
    per_second: float
    """Claims, each followed by the report that the download is done."""


def fill(url: str, links: int, address: str) -> float:
    """Put so many links, `address` with a number, into an empty database; return links a second."""
    store, begun = Store(url), time.monotonic()
    for first in range(0, links, AT_ONCE):
        last = min(first + AT_ONCE, links)
        store.add(DownloadRequest(url=f"{address}{n}") for n in range(first, last))
    store.engine.dispose()
    return links / (time.monotonic() - begun)


def claims(url: str, links: int, processes: int, seconds: float) -> Claims:
    """Let processes claim for so long from a queue of `links`, filled by `fill`."""
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
        for worker in workers:
            _tell(worker)
        done = sum(int(_told(worker)) for worker in workers)
    return Claims(links, processes, done / seconds)


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
