"""How many downloads each process has at once, as the database tells it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg

EVERY_SECONDS = 0.05
"""Between two looks; a download lasts for seconds while faults are done."""
RUNNING = "SELECT executor, count(*) FROM downloads WHERE state = 'running' GROUP BY executor"


@contextlib.contextmanager
def watched(address: Callable[[], str]) -> Iterator[dict[str, int]]:
    """Look all the time; gives the most that each process has had, by its name.

    Args:
        address: of the database, which may be another one after a failover.

    """
    most: dict[str, int] = {}
    ended = threading.Event()
    with ThreadPoolExecutor(1) as thread:
        looking = thread.submit(_look, address, most, ended)
        try:
            yield most
        finally:
            ended.set()
    looking.result()


def _look(address: Callable[[], str], most: dict[str, int], ended: threading.Event) -> None:
    while not ended.is_set():
        with (
            contextlib.suppress(psycopg.OperationalError),  # a fault: it is back in a moment
            psycopg.connect(address(), autocommit=True, connect_timeout=2) as connection,
        ):
            while not ended.wait(EVERY_SECONDS):
                for name, count in connection.execute(RUNNING).fetchall():
                    most[name] = max(count, most.get(name, 0))
        ended.wait(EVERY_SECONDS)
