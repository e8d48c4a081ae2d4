"""`python -m scripts.scaling [--links N] [--backends N] [-w]`: where several backends end.

Exit code 0 if everything was measured. What it prints is of this machine, on which PostgreSQL, the
backends, their runners and the source share the processor.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import sys
import tempfile
import time
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.bench.report import machine
from scripts.bench.stacks import free_port
from scripts.docs.written import put
from scripts.scaling.backends import backends, takeovers
from scripts.scaling.claims import Claims, claims
from scripts.scaling.downloads import Cost, cost
from scripts.scaling.processor import REST_SECONDS, at_rest, seconds
from scripts.scaling.queues import driver, fill
from tests.backend.postgres import Postgres, serving
from tests.media_source import MediaSource, make_media, serve_media

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/scaling.md"
CLAIM_SECONDS = 4.0
DOWNLOADS, TAKEOVERS = 40, 5
TAKEN = "from `kill -9` of a backend until what it worked on is queued again, s"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the document if that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m scripts.scaling", description=__doc__)
    parser.add_argument("--links", type=int, default=100_000, help="of the longest queue")
    parser.add_argument("--backends", type=int, default=8, help="at most")
    parser.add_argument("-w", dest="write", action="store_true", help="write docs/scaling.md")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends what was started, too
    lines = [f"{machine()}\n- {time.strftime('%Y-%m-%d')}", ""]
    with (
        serving(free_port()) as server,
        tempfile.TemporaryDirectory(prefix="scaling-", ignore_cleanup_errors=True) as place,
        serve_media(make_media(Path(place) / "source")) as source,
    ):
        found = measured_claims(server, options.links, options.backends)
        lines += [*claims_table(found), ""]
        each = cost(server, source, Path(place), DOWNLOADS)
        lines += [*downloads_table(source, each, found[-1]), ""]
        lines += backends_table(server, source, Path(place), options.backends, options.links)
    print("\n".join(lines))
    if options.write:
        put(DOCUMENT, "make scaling w=1", "\n".join(lines))
    return 0


def measured_claims(
    server: Postgres, links: int, most: int, for_seconds: float = CLAIM_SECONDS
) -> list[Claims]:
    """Of a short and a long queue, each by one process and by the most."""
    found = []
    for length, processes in product((links // 10, links), (1, most)):
        url = driver(server.database(f"claims_{length}_{processes}"))
        rate = fill(url, length, "https://example.org/")
        print(f"{length:,} links added, {rate:,.0f} a second", file=sys.stderr)
        used = partial(seconds, server.pid)
        found.append(claims(url, length, processes, for_seconds, used))
    return found


def claims_table(found: Sequence[Claims]) -> list[str]:
    """All of them beside the first."""
    head = ("links in the queue", "processes with the bare store", "claims/s")
    beside = ("of one process, short queue", "PostgreSQL, % of one processor")
    lines = [f"| {' | '.join((*head, *beside))} |", f"|{' ---: |' * 5}"]
    for each in found:
        part = each.per_second / found[0].per_second
        row = (f"{each.links:,}", each.processes, f"{each.per_second:,.0f}", f"{part:.2f}")
        lines.append(f"| {' | '.join(map(str, (*row, f'{each.database:.0f}')))} |")
    return lines


def downloads_table(source: MediaSource, each: Cost, claim: Claims) -> list[str]:
    """What a download costs, and for how many runners the database is enough."""
    size = (source.folder / "short.mp4").stat().st_size
    shared = "processors of runners that"
    return _two_columns(
        f"a download of {size / 1000:,.0f} kB, of {DOWNLOADS} through one backend",
        {
            "processor of the backend and its runners, ms": f"{1000 * each.backend:,.1f}",
            "processor of PostgreSQL, ms": f"{1000 * each.database:,.1f}",
            "a claim and its end alone, ms": f"{1000 * claim.seconds_each:,.1f}",
            f"{shared} one of PostgreSQL serves": f"{each.backend / each.database:,.0f}",
            f"{shared} these claims/s serve": f"{claim.per_second * each.backend:,.0f}",
        },
    )


def backends_table(
    server: Postgres,
    source: MediaSource,
    folder: Path,
    number: int,
    links: int,
    times: int = TAKEOVERS,
    rest_seconds: float = REST_SECONDS,
) -> list[str]:
    """A long queue that nobody works on, and takeovers, with the most backends."""
    with backends(server, source, folder, number, links) as apis:
        resting = at_rest(server.pid, rest_seconds)
        taken = takeovers(apis, times)
    return _two_columns(
        f"{number} backends, {links:,} links queued",
        {
            "PostgreSQL while the queue is paused, % of one processor": f"{resting:.1f}",
            f"{TAKEN} (median of {times})": f"{statistics.median(taken):.2f}",
            "the longest of them, s": f"{max(taken):.2f}",
        },
    )


def _two_columns(title: str, rows: Mapping[str, str]) -> list[str]:
    lines = [f"| {what} | {figure} |" for what, figure in rows.items()]
    return [f"| {title} | |", "| --- | ---: |", *lines]


if __name__ == "__main__":
    sys.exit(main())
