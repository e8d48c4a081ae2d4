"""Databases with as many links in their queue as are asked for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from domain.requests import DownloadRequest
from store.store import Store

if TYPE_CHECKING:
    from tests.backend.postgres import Postgres

AT_ONCE = 2_000
"""Links of one transaction."""


def fill(url: str, links: int, address: str) -> float:
    """Put so many links, `address` with a number, into an empty database; return links a second."""
    store, begun = Store(url), time.monotonic()
    for first in range(0, links, AT_ONCE):
        last = min(first + AT_ONCE, links)
        store.add(DownloadRequest(url=f"{address}{n}") for n in range(first, last))
    store.engine.dispose()
    return links / (time.monotonic() - begun)


def paused(server: Postgres, name: str, links: int, address: str) -> str:
    """Make a database with such a queue, which no backend begins with; return its address."""
    url = server.database(name)
    fill(driver(url), links, address)
    store = Store(driver(url))
    store.set_control("paused", value=True)
    store.engine.dispose()
    return url


def driver(url: str) -> str:
    """The address as the store takes it."""
    return url.replace("postgresql:", "postgresql+psycopg:")
