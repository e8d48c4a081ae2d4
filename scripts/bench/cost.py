"""`python -m scripts.bench.cost [CHECKOUT [PYTHON]]`: what a backend costs, of any commit.

Prints a line of a table: medians of 5 starts on SQLite, with 10 downloads each. What is counted is
of the backend's own process, and no time of day, so a busy machine tells nearly the same.
"""

from __future__ import annotations

import argparse
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from tests.backend.api_process import Api, wait_for
from tests.media_source import MediaSource, make_media, serve_media

ROOT = Path(__file__).resolve().parents[2]
STARTS, DOWNLOADS = 5, 10
CALM_SECONDS, REST_SECONDS = 5.0, 10.0
"""After the start, until it is at rest; and how long that is looked at."""
COUNTED = ("pwrite64", "fdatasync")


class Cost(NamedTuple):
    """Of one start."""

    start: float
    """Seconds of a processor until it can download."""
    memory: float
    """MiB (PSS)."""
    rest: float
    """Percent of a processor."""
    writes: float
    syncs: float
    """Calls a download, as `COUNTED`."""


def cost(api: Api, source: MediaSource) -> Cost:
    """Start it, let it rest, and let it download while strace(1) counts."""
    api.fresh = True  # what it loads is part of what it costs
    api.start()
    api.ready()
    if api.process is None:
        raise AssertionError("it was just started")
    process = psutil.Process(api.process.pid)
    start = _seconds(process)
    time.sleep(CALM_SECONDS)
    before, begun = _seconds(process), time.monotonic()
    time.sleep(REST_SECONDS)  # what is measured is a time in which nothing happens
    rest = 100 * (_seconds(process) - before) / (time.monotonic() - begun)
    memory = process.memory_full_info().pss / 2**20
    return Cost(start, memory, rest, *_calls(api, process.pid, source))


def _calls(api: Api, pid: int, source: MediaSource) -> list[float]:
    report = api.folder / "strace"
    command = ["strace", "-f", "-c", "-e", f"trace={','.join(COUNTED)}", "-o", str(report)]
    with subprocess.Popen([*command, "-p", str(pid)], stderr=subprocess.DEVNULL) as strace:
        tracer = Path(f"/proc/{pid}/status")
        wait_for(lambda: f"TracerPid:\t{strace.pid}\n" in tracer.read_text(), "it is traced")
        for item in [api.add(f"{source.short}?{api.folder.name}-{n}") for n in range(DOWNLOADS)]:
            api.wait(item, "done")
        strace.send_signal(signal.SIGINT)
    told = report.read_text()
    return [calls(told, name) / DOWNLOADS for name in COUNTED]


def calls(told: str, name: str) -> int:
    """How often strace saw that call, by its table: % time, seconds, usecs/call, calls."""
    found = re.search(rf"^ *\S+ +\S+ +\S+ +(\d+) .*\b{name}$", told, re.MULTILINE)
    return int(found[1]) if found else 0


def _seconds(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.cost", description=__doc__)
    parser.add_argument("checkout", nargs="?", type=Path, default=ROOT, help="of that commit")
    parser.add_argument("python", nargs="?", default=sys.executable, help="with its packages")
    options = parser.parse_args()
    costs = []
    with tempfile.TemporaryDirectory(prefix="cost-") as name:
        folder = Path(name)
        with serve_media(make_media(folder / "source")) as source:
            for number in range(STARTS):
                api = Api(folder / f"start-{number}")
                api.folder.mkdir()
                api.code, api.python = options.checkout / "webapp/backend", options.python
                try:
                    costs.append(cost(api, source))
                finally:
                    api.close()
    medians = Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))
    units = ("s until ready", "MiB", "% at rest", *(f"{name} a download" for name in COUNTED))
    print(", ".join(f"{value:.2f} {unit}" for value, unit in zip(medians, units, strict=True)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
