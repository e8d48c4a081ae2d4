"""`python -m scripts.scaling [--links N] [--backends N] [-w]`: where several backends end.

Exit code 0 if everything was measured. What it prints is of this machine, on which PostgreSQL, the
backends, their runners and the source share the processor.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg

from scripts.bench.report import machine
from scripts.bench.stacks import free_port
from scripts.docs.written import put
from scripts.scaling.claims import Claims, claims, fill
from tests.backend.api_process import Api, wait_for
from tests.backend.postgres import Postgres, serving
from tests.media_source import make_media, serve_media

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/scaling.md"
CLAIM_SECONDS, REST_SECONDS = 4.0, 10.0
TAKEOVERS = 5
TAKEN = "from `kill -9` of a backend until what it worked on is queued again, s"
THROTTLE = 10_000
"""Bytes/s of a download: it lasts for half a minute."""
WORKING = "SELECT count(DISTINCT executor) FROM downloads WHERE state = 'running'"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the document if that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m scripts.scaling", description=__doc__)
    parser.add_argument("--links", type=int, default=100_000, help="of the longest queue")
    parser.add_argument("--backends", type=int, default=8, help="at most")
    parser.add_argument("-w", dest="write", action="store_true", help="write docs/scaling.md")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends what was started, too
    with serving(free_port()) as server:
        lines = [
            f"{machine()}\n- {time.strftime('%Y-%m-%d')}",
            "",
            *_claims_table(server, options.links, options.backends),
            "",
            *_backends_table(server, options.links, options.backends),
        ]
    print("\n".join(lines))
    if options.write:
        put(DOCUMENT, "make scaling w=1", "\n".join(lines))
    return 0


def _claims_table(server: Postgres, links: int, most: int) -> list[str]:
    lines = ["| links in the queue | processes | claims/s | of one process, short queue |"]
    lines.append("| ---: | ---: | ---: | ---: |")
    first: Claims | None = None
    for length in (links // 10, links):
        url = server.database(f"claims{length}")
        rate = fill(_driver(url), length, "https://example.org/")
        print(f"{length:,} links added, {rate:,.0f} a second", file=sys.stderr)
        for processes in (1, most):
            found = claims(_driver(url), length, processes, CLAIM_SECONDS)
            first = first or found
            part = found.per_second / first.per_second
            lines.append(f"| {length:,} | {processes} | {found.per_second:,.0f} | {part:.2f} |")
    return lines


def _backends_table(server: Postgres, links: int, most: int) -> list[str]:
    """A long queue that nobody works on, and takeovers, with the most backends."""
    with contextlib.ExitStack() as enter:
        folder = Path(enter.enter_context(tempfile.TemporaryDirectory(prefix="scaling-")))
        source = enter.enter_context(serve_media(make_media(folder / "source")))
        source.throttle = THROTTLE
        url = server.database("backends")
        fill(_driver(url), links, f"{source.short}?")
        apis = enter.enter_context(_backends(folder, url, most))
        resting = _load(server)
        apis[0].ask("PATCH", "/api/queue", json={"paused": False})
        takeovers = [_takeover(apis, url) for _ in range(TAKEOVERS)]
        apis[0].ask("PATCH", "/api/queue", json={"paused": True})
    return [
        f"| {most} backends, {links:,} links queued | |",
        "| --- | ---: |",
        f"| PostgreSQL while the queue is paused, % of one processor | {resting:.1f} |",
        f"| {TAKEN} (median of {TAKEOVERS}) | {statistics.median(takeovers):.2f} |",
        f"| the longest of them, s | {max(takeovers):.2f} |",
    ]


@contextlib.contextmanager
def _backends(folder: Path, url: str, number: int) -> Iterator[list[Api]]:
    """Ready backends with room for two each, whose queue is paused."""
    with contextlib.ExitStack() as enter:
        shared = {"DATABASE_URL": url, "MEDIA_DIR": str(folder / "media")}
        apis: list[Api] = []
        for place in range(number):
            api = Api(folder / f"backend-{place}", DOWNLOAD_CONCURRENCY="2", **shared)
            api.folder.mkdir()
            enter.callback(api.close)
            api.start()
            if not apis:  # before the others, so that nobody begins with what is queued
                api.ready()
                api.ask("PATCH", "/api/queue", json={"paused": True})
            apis.append(api)
        for api in apis:
            api.ready()
        yield apis


def _load(server: Postgres) -> float:
    """How much of a processor PostgreSQL uses, in percent."""
    wait_for(lambda: _busy(server) < 1.0, "the start is over", seconds=120)
    before, begun = _seconds(server), time.monotonic()
    time.sleep(REST_SECONDS)  # what is measured is a time in which nothing happens
    return 100 * (_seconds(server) - before) / (time.monotonic() - begun)


def _busy(server: Postgres) -> float:
    before = _seconds(server)
    time.sleep(1.0)
    return _seconds(server) - before


def _seconds(server: Postgres) -> float:
    """Seconds of a processor that its processes have used."""
    total = 0.0
    for process in [psutil.Process(server.pid), *psutil.Process(server.pid).children()]:
        with contextlib.suppress(psutil.NoSuchProcess):
            used = process.cpu_times()
            total += used.user + used.system + used.children_user + used.children_system
    return total


def _takeover(apis: Sequence[Api], url: str) -> float:
    """Seconds from the death of a backend until its downloads are queued again, in their places."""
    killed = apis[-1]
    with psycopg.connect(url, autocommit=True) as connection:

        def working() -> int:
            found = connection.execute(WORKING).fetchone()
            return found[0] if found else 0

        wait_for(lambda: working() == len(apis), "every backend works")
        begun = time.monotonic()
        killed.kill()
        wait_for(lambda: working() < len(apis), "what the dead one had is queued again")
        taken = time.monotonic() - begun
    killed.start()
    killed.ready()
    return taken


def _driver(url: str) -> str:
    return url.replace("postgresql:", "postgresql+psycopg:")


if __name__ == "__main__":
    sys.exit(main())
