"""`python -m scripts.scaling.outages [-n N] [-w]`: PostgreSQL goes under running downloads.

It is restarted, killed, and fails over to its standby, each time while N downloads run in two
backends. Exit code 0 if all of them ended byte-identical in the processes that began.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import psycopg

from scripts.bench.report import machine
from scripts.bench.stacks import free_port
from scripts.docs.written import put
from scripts.histories.stand import Stand, standing
from tests.backend.api_process import wait_for

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/scaling.md"
DOWNLOADS, BACKENDS = 20, 2
RATE = 5_000
"""Bytes/s of each download: it lasts for a minute, longer than what is done to PostgreSQL."""
AGAIN = "SELECT count(*) FROM downloads WHERE id = ANY(%s) AND run > 1"


class Outage(NamedTuple):
    """What came of one."""

    downloads: int
    without_claims: float
    """Seconds from its beginning until the first download is claimed again."""
    all_again: float
    """Seconds until all of them are."""


def restart(stand: Stand) -> None:
    """End every session, and be back at once."""
    _ended(stand, signal.SIGINT)


def kill(stand: Stand) -> None:
    """As after a crash: the log has to be read again."""
    _ended(stand, signal.SIGQUIT)


def fail_over(stand: Stand) -> None:
    """Lose the primary for good; the standby is promoted and found at the same address."""
    stand.cluster.fail_over()
    stand.route()


def _ended(stand: Stand, number: signal.Signals) -> None:
    stand.cluster.primary.stop(number)
    stand.cluster.primary.start()


OUTAGES: dict[str, Callable[[Stand], None]] = {
    "restarted": restart,
    "killed and started": kill,
    "failed over to a standby": fail_over,
}


def suffer(stand: Stand, inflict: Callable[[Stand], None], number: int) -> Outage:
    """Do it while so many downloads run, and let them end.

    Raises:
        AssertionError: when one does not end as it should, or a backend has ended.

    """
    if inflict is fail_over:
        stand.cluster.prepare()
    processes = [api.process for api in stand.apis]
    stand.source.throttle = RATE
    url = f"{stand.source.short}?{time.monotonic_ns()}"
    items = [stand.apis[n % len(stand.apis)].add(f"{url}-{n}") for n in range(number)]
    _await_running(stand, items)
    begun = time.monotonic()
    inflict(stand)
    with psycopg.connect(stand.database, autocommit=True) as connection:

        def again(least: int) -> float:
            def enough() -> bool:
                row = connection.execute(AGAIN, [items]).fetchone()
                return row is not None and row[0] >= least

            wait_for(enough, f"{least} are claimed again")
            return time.monotonic() - begun

        outage = Outage(number, again(1), again(number))
    stand.source.throttle = 0
    expected = (stand.source.folder / "short.mp4").read_bytes()
    for item in items:
        done = stand.apis[0].wait(item, "done", "failed")
        if (done["state"], done["attempt"]) != ("done", 1):
            raise AssertionError(f"an outage is counted against a download: {done}")
        if stand.apis[0].bytes_of(item) != expected:
            raise AssertionError(f"another file than its source: {done}")
    if not all(process and process.poll() is None for process in processes):
        raise AssertionError("a backend ended because its database did")
    return outage


def _await_running(stand: Stand, items: Sequence[str]) -> None:
    def all_run() -> bool:
        return all((stand.apis[0].get(item)["progress"] or {}).get("bytes") for item in items)

    wait_for(all_run, f"{len(items)} run")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the document if that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m scripts.scaling.outages", description=__doc__)
    parser.add_argument("-n", type=int, default=DOWNLOADS, help="downloads that run")
    parser.add_argument("-w", dest="write", action="store_true", help="write docs/scaling.md")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends what was started, too
    lines = [f"{machine()}\n- {time.strftime('%Y-%m-%d')}", ""]
    lines.append(
        f"| PostgreSQL under {options.n} downloads | no claim for, s | all go on after, s |"
    )
    lines.append("| --- | ---: | ---: |")
    with tempfile.TemporaryDirectory(prefix="outages-", ignore_cleanup_errors=True) as folder:
        at_once = -(-options.n // BACKENDS)
        with standing(
            Path(folder) / "stand", free_port, backends=BACKENDS, concurrency=at_once
        ) as stand:
            for name, inflict in OUTAGES.items():
                found = suffer(stand, inflict, options.n)
                lines.append(f"| {name} | {found.without_claims:.1f} | {found.all_again:.1f} |")
    print("\n".join(lines))
    if options.write:
        put(DOCUMENT, "make outages w=1", "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
