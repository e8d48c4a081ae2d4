"""The suite of subscriptions: what many of them take while none is due."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from scripts.bench import loads
from scripts.bench.backend import Server, backend, folders
from scripts.bench.competitors import Competitor
from scripts.bench.probe import until
from scripts.bench.report import Findings, Table, Target

SUBSCRIPTIONS, ENTRIES = 200, 500
REST_PERCENT = 1.0
NOBODY = "http://127.0.0.1:9/feed.rss"
"""Where nobody answers: a look ends at once."""


def subscriptions(_rounds: int, _competitors: Sequence[Competitor]) -> Findings:
    """Measure the backend at rest, without subscriptions and with many."""
    with folders() as (folder, _):
        with backend(folder) as server:
            none = loads.idle(server)
            _subscribe(server)
        fill(folder / "data/app.db")
        with backend(folder) as server:
            known = server.ask("GET", "/api/subscriptions")
            server.settle()
            many = loads.idle(server)
    assert len(known) == SUBSCRIPTIONS  # noqa: S101 - else it would be the wrong figure
    text = (
        f"Over {loads.IDLE_SECONDS:.0f} s without a request, with {SUBSCRIPTIONS} subscriptions "
        f"that have seen {ENTRIES} entries each and are not due, on SQLite."
    )
    rows = [["subscriptions", "processor, %", "memory (PSS), MiB"]]
    rows += [
        [str(count), f"{one.cpu:.2f}", f"{one.megabytes:.0f}"]
        for count, one in ((0, none), (len(known), many))
    ]
    rest = f"processor use at rest with {SUBSCRIPTIONS} subscriptions"
    return [Table("Subscriptions: at rest", text, rows)], [
        Target.at_most(rest, many.cpu, REST_PERCENT, ".2f", " %")
    ]


def _subscribe(server: Server) -> None:
    """Make one, and wait until it has been looked at."""
    item = server.ask("POST", "/api/subscriptions", {"url": NOBODY})["id"]
    path = f"/api/subscriptions/{item}"
    until(lambda: server.ask("GET", path)["error"], "nobody looked at the subscription")


def fill(database: Path) -> None:
    """Make of the one subscription many that are not due, with all that they have seen."""
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.row_factory = sqlite3.Row
        model = dict(connection.execute("SELECT * FROM subscriptions").fetchone())
        model |= {"due": "2100-01-01T00:00:00.000Z", "begun": True, "failures": 0, "error": None}
        connection.execute("DELETE FROM subscriptions")
        names, marks = ", ".join(model), ", ".join(f":{name}" for name in model)
        ids = [f"{number:026}" for number in range(SUBSCRIPTIONS)]
        connection.executemany(
            f"INSERT INTO subscriptions ({names}) VALUES ({marks})",  # noqa: S608 - of the table
            [model | {"id": item, "url": f"{NOBODY}?{item}"} for item in ids],
        )
        connection.executemany(
            "INSERT INTO subscription_entries (subscription, key, date) VALUES (?, ?, ?)",
            [(item, f"{item}:{n}", "2026-01-01") for item in ids for n in range(ENTRIES)],
        )
