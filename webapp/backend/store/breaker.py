"""A circuit breaker for each source host: a site that is down is put on hold for a while.

A host is judged by distinct downloads: it is put on hold (open) once `FAILURES` of them have failed
in a way that may be its fault. When the cool-down ends, one is let through (half-open), preferably
one that has not failed: its success closes the breaker, otherwise the next cool-down is twice as
long. What has failed before a success of its host is to blame itself, and counts no more for
`WINDOW_SECONDS` seconds. The numbers live in the database, so that all processes share them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

from domain.ids import now
from store.tables import downloads, host_failures, hosts

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import ColumnElement, Connection

FAILURES = 3
COOL_DOWN_SECONDS = 15.0
MAX_COOL_DOWN_SECONDS = 600.0
WINDOW_SECONDS = 900.0
"""Seconds for which a failure counts for or against a host."""
HostIs = Literal["well", "ill"]
"""What a download tells of its host."""
NOTE = """
    INSERT INTO host_failures (host, item, since, counts) VALUES (:host, :item, :now, :counts)
    ON CONFLICT (host, item) DO NOTHING
"""
OPEN = """
    INSERT INTO hosts (host, failures) VALUES (:host, 1)
    ON CONFLICT (host) DO UPDATE SET failures = hosts.failures + 1 RETURNING failures
"""
HOST_FAULTS = {"connection", "server-error", "rate-limited", "stalled", "unknown-host"}
"""Kinds of failure that may be the host's fault rather than one medium's."""


def cool_down(openings: int) -> float:
    """Seconds for which a breaker stays open that opens for the nth time in a row."""
    return min(MAX_COOL_DOWN_SECONDS, COOL_DOWN_SECONDS * 2.0 ** min(openings - 1, 10))


def is_closed() -> ColumnElement[bool]:
    """Of a download: its host is not on hold."""
    return ~sa.exists().where(hosts.c.host == downloads.c.host, hosts.c.open_until > now())


def is_suspect() -> ColumnElement[bool]:
    """Of a download: it failed when its host was put on hold, so others make a better trial."""
    failed_then = sa.exists().where(
        host_failures.c.host == downloads.c.host, host_failures.c.item == downloads.c.id
    )
    return sa.and_(failed_then, sa.exists().where(hosts.c.host == downloads.c.host))


def half_open(connection: Connection, host: str) -> None:
    """Half-open: while the download that was just claimed is tried, hold back the others."""
    known = sa.select(hosts.c.host).where(hosts.c.host == host)
    if connection.execute(known).scalar():
        _open(connection, host)


def record_failure(connection: Connection, host: str, item: str) -> None:
    """Count a failure of `item`, if it counts; open the breaker if that is one too many."""
    connection.execute(
        host_failures.delete().where(host_failures.c.since < now(after=-WINDOW_SECONDS))
    )
    note = {"host": host, "item": item, "now": now(), "counts": True}
    connection.execute(sa.text(NOTE), note)
    counted = sa.select(host_failures.c.item).where(
        host_failures.c.host == host, host_failures.c.counts
    )
    items = set(connection.execute(counted).scalars())
    still_open = sa.select(hosts.c.host).where(hosts.c.host == host, hosts.c.open_until > now())
    if item in items and len(items) >= FAILURES and not connection.execute(still_open).scalar():
        _open(connection, host)


def record_success(connection: Connection, host: str) -> None:
    """Close the breaker: who failed meanwhile has nobody else to blame."""
    connection.execute(hosts.delete().where(hosts.c.host == host))
    of_host = host_failures.update().where(host_failures.c.host == host)
    connection.execute(of_host.values(counts=False))


def blocked_hosts(connection: Connection) -> list[dict[str, Any]]:
    """The hosts that are on hold now, until when, and how many times in a row."""
    statement = hosts.select().where(hosts.c.open_until > now()).order_by(hosts.c.host)
    return [dict(row) for row in connection.execute(statement).mappings()]


def _open(connection: Connection, host: str) -> None:
    openings = connection.execute(sa.text(OPEN), {"host": host}).scalar_one()
    until = now(after=cool_down(openings))
    connection.execute(hosts.update().where(hosts.c.host == host).values(open_until=until))
