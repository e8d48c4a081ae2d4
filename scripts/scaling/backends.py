"""Several backends that share a long queue, and how long a takeover lasts."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from scripts.scaling.queues import paused
from tests.backend.api_process import Api, side_by_side, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.backend.postgres import Postgres
    from tests.media_source import MediaSource

THROTTLE = 10_000
"""Bytes/s of a download: it lasts for half a minute."""
WORKING = "SELECT count(DISTINCT executor) FROM downloads WHERE state = 'running'"


@contextlib.contextmanager
def backends(
    server: Postgres, source: MediaSource, folder: Path, number: int, links: int
) -> Iterator[list[Api]]:
    """Ready backends with room for two downloads each, whose long queue is paused."""
    source.throttle = THROTTLE
    url = paused(server, "backends", links, f"{source.short}?")
    shared = {"DATABASE_URL": url, "MEDIA_DIR": str(folder / "media")}
    apis = [
        Api(folder / f"backend-{place}", DOWNLOAD_CONCURRENCY="2", **shared)
        for place in range(number)
    ]
    with side_by_side(apis):
        yield apis


def takeovers(apis: Sequence[Api], times: int) -> list[float]:
    """Let them work, and kill one so many times: the seconds of each `takeover`."""
    apis[0].ask("PATCH", "/api/queue", json={"paused": False})
    taken = [takeover(apis) for _ in range(times)]
    apis[0].ask("PATCH", "/api/queue", json={"paused": True})
    return taken


def takeover(apis: Sequence[Api]) -> float:
    """Seconds from the death of a backend until its downloads are queued again, in their places."""
    killed = apis[-1]
    with psycopg.connect(killed.environ["DATABASE_URL"], autocommit=True) as connection:

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
