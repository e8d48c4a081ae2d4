"""What a download costs: its backend and runner, and the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psycopg

from scripts.scaling.processor import seconds
from scripts.scaling.queues import paused
from tests.backend.api_process import Api, side_by_side, wait_for

if TYPE_CHECKING:
    from tests.backend.postgres import Postgres
    from tests.media_source import MediaSource

CONCURRENCY = 2
DONE = "SELECT count(*) FROM downloads WHERE state = 'done'"


class Cost(NamedTuple):
    """Seconds of a processor a download."""

    backend: float
    """Of the backend and its runners."""
    database: float


def cost(server: Postgres, source: MediaSource, folder: Path, number: int) -> Cost:
    """Let one backend, which has nothing else to do, download so many short files.

    What it does at rest meanwhile counts, too: it is a hundredth of that.
    """
    url = paused(server, "downloads", number, f"{source.short}?")
    api = Api(folder / "downloader", DATABASE_URL=url, DOWNLOAD_CONCURRENCY=str(CONCURRENCY))
    with side_by_side([api]), psycopg.connect(url, autocommit=True) as connection:
        if api.process is None:
            raise AssertionError("it was just started")

        def done() -> bool:
            found = connection.execute(DONE).fetchone()
            return found is not None and found[0] == number

        backend, database = seconds(api.process.pid), seconds(server.pid)
        api.ask("PATCH", "/api/queue", json={"paused": False})
        wait_for(done, "everything is downloaded", seconds=60 + 10 * number)
        return Cost(
            (seconds(api.process.pid) - backend) / number, (seconds(server.pid) - database) / number
        )
