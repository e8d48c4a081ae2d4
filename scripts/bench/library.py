"""A large library in the backend's database, and how long it takes to search in it."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from scripts.bench.backend import Server, ask

ENTRIES = 100_000
SEARCHES = 300


def fill(database: Path) -> None:
    """Put a library of `ENTRIES` finished downloads into a database that the backend has made."""
    first = ("Holiday", "Lecture", "Concert", "Interview", "Walk", "Match", "Recipe", "Film")
    second = ("Zürich", "Lisbon", "Kyoto", "Oslo", "Quito", "Accra", "Perth", "Riga", "Lima")
    titles = itertools.cycle(f"{a} in {b}" for a in first for b in second)
    rows = (
        (
            *(f"{n:026d}", f"https://site{n % 50}.example/watch?v={n}", f"site{n % 50}.example"),
            *(f"{title}, part {n}", f"Person {n % 997}", f"{title} {n}.mp4", n),
        )
        for n, title in zip(range(ENTRIES), titles, strict=False)
    )
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany(
            "INSERT INTO downloads (id, url, host, title, uploader, file_name, position, format, "
            "resolution, options, state, attempt, run, created, finished, file_bytes) VALUES "
            "(?, ?, ?, ?, ?, ?, ?, 'mp4', 'best', '{}', 'done', 1, 1, "
            "'2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 1000000)",
            rows,
        )


def words() -> Iterator[str]:
    """Yield what people look for: a common word, a rare one, beginnings, two words, none."""
    kinds: Sequence[Callable[[int], str]] = (
        lambda _: "holiday",
        lambda n: f"person {n % 997}",
        lambda n: f"part {n * 331 % ENTRIES}",
        lambda _: "zur",
        lambda _: "concert kyoto",
        lambda n: f"site{n % 50} recipe",
        lambda _: "nothing of it",
    )
    for number in range(SEARCHES):
        yield kinds[number % len(kinds)](number)


def search(server: Server) -> list[float]:
    """Return the seconds of many searches, each a request for the first page."""
    took = []
    with contextlib.closing(server.client()) as client:
        for text in words():
            sent = time.monotonic()
            ask(client, "GET", f"/api/downloads?limit=50&q={text.replace(' ', '+')}")
            took.append(time.monotonic() - sent)
    return took


def search_by_pattern(database: Path) -> list[float]:
    """Return the seconds of the same searches with LIKE, in this process."""
    took = []
    condition = "(title || ' ' || coalesce(uploader, '') || ' ' || url) LIKE ?"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        for text in words():
            parts = [f"%{word}%" for word in text.split()]
            where = " AND ".join([condition] * len(parts))
            query = f"SELECT * FROM downloads WHERE {where} ORDER BY number DESC LIMIT 50"  # noqa: S608 - only the parts vary
            sent = time.monotonic()
            connection.execute(query, parts).fetchall()
            took.append(time.monotonic() - sent)
    return took
