"""A circuit breaker for each source host: a site that is down is left alone for a while.

After `FAILURES` failures in a row nothing of that host is started until its cool-down ends (open).
Then one download is let through (half-open): its success closes the breaker, its failure opens it
for twice as long. The numbers live in the database, so that all processes share them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from domain.ids import now
from store.tables import downloads, hosts

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import ColumnElement, Connection

FAILURES = 3
COOL_DOWN_SECONDS = 15.0
MAX_COOL_DOWN_SECONDS = 600.0
COUNT_FAILURE = """
    INSERT INTO hosts (host, failures) VALUES (:host, 1)
    ON CONFLICT (host) DO UPDATE SET failures = hosts.failures + 1 RETURNING failures
"""
HOST_FAULTS = {"connection", "server-error", "rate-limited", "unknown-host"}
"""Kinds of failure that say something about the host, not about one medium."""


def cool_down(failures: int) -> float:
    """Seconds for which the breaker stays open after so many failures in a row."""
    return min(MAX_COOL_DOWN_SECONDS, COOL_DOWN_SECONDS * 2.0 ** min(failures - FAILURES, 10))


def is_closed() -> ColumnElement[bool]:
    """Of a download: its host is not being left alone."""
    return ~sa.exists().where(hosts.c.host == downloads.c.host, hosts.c.open_until > now())


def half_open(connection: Connection, host: str) -> None:
    """Half-open: while the download that was just claimed is tried, hold back the others."""
    failures = connection.execute(sa.select(hosts.c.failures).where(hosts.c.host == host)).scalar()
    if failures and failures >= FAILURES:
        until = now(after=cool_down(failures))
        connection.execute(hosts.update().where(hosts.c.host == host).values(open_until=until))


def record_failure(connection: Connection, host: str) -> None:
    """Count one more failure in a row."""
    failures = connection.execute(sa.text(COUNT_FAILURE), {"host": host}).scalar_one()
    if failures >= FAILURES:
        until = now(after=cool_down(failures))
        connection.execute(hosts.update().where(hosts.c.host == host).values(open_until=until))


def record_success(connection: Connection, host: str) -> None:
    """Forget what was held against the host."""
    connection.execute(hosts.delete().where(hosts.c.host == host))


def blocked_hosts(connection: Connection) -> list[dict[str, Any]]:
    """The hosts that are left alone now, and until when."""
    statement = hosts.select().where(hosts.c.open_until > now()).order_by(hosts.c.host)
    return [dict(row) for row in connection.execute(statement).mappings()]
