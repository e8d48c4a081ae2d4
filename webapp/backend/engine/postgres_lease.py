"""The lease of a backend that shares a PostgreSQL database with others.

It is one advisory lock of a session, under a random key. PostgreSQL frees it when the connection
ends, at once after `kill -9`; the living are those whose keys `pg_locks` lists. A process that is
merely stopped keeps its connection, and so its downloads.

https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from typing import TYPE_CHECKING, Any

import psycopg

from store import postgres
from store.database_errors import explain, pooled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CLASS = 7_214_884
"""The first half of the lock's key: any number that nobody else uses in this database."""
KEEPALIVE = ("tcp_keepalives_idle = 5", "tcp_keepalives_interval = 2", "tcp_keepalives_count = 3")
"""A machine that lost its power is given up by PostgreSQL after about eleven seconds."""
LIVING = """
    SELECT objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
OURS = f"{LIVING} AND pid = pg_backend_pid()"


class PostgresLease:
    """For a database that any number of processes share; safe to use from any thread."""

    def __init__(self, url: str) -> None:
        self.executor = ""
        self._url = url
        self._key = 0
        self._connection: psycopg.Connection | None = None
        self._lock = threading.Lock()

    def acquire(self) -> bool:
        """Open a session and take a lock in it.

        Raises:
            DatabaseUnavailableError: when PostgreSQL cannot be reached, or not by a session.

        """
        with self._lock, self._explained():
            self._close()
            connection = self._connect()
            self._connection = connection
            self._require_a_session(connection)
            for setting in KEEPALIVE:
                connection.execute(f"SET {setting}")
            self._key = secrets.randbits(31)
            taken = _one(connection, "SELECT pg_try_advisory_lock(%s, %s)", CLASS, self._key)
            self.executor = _name(self._key)
            return bool(taken)

    def held(self) -> bool:
        """Whether the session that holds it still lives."""
        with self._lock:
            if self._connection is None:
                return False
            try:
                held = self._key in _keys(self._connection, OURS)
            except psycopg.Error:
                held = False
            if not held:
                self._close()
            return held

    def dead(self, executors: Iterable[str]) -> list[str]:
        """Those whose session has ended.

        Raises:
            DatabaseUnavailableError: when PostgreSQL cannot be asked.

        """
        names = [name for name in executors if name != self.executor]
        if not names or self._connection is None:
            return []
        with self._lock, self._explained():
            living = {_name(key) for key in _keys(self._connection, LIVING)}
        return [name for name in names if name not in living]

    def close(self) -> None:
        """Give it up."""
        with self._lock:
            self._close()

    def _require_a_session(self, connection: psycopg.Connection) -> None:
        """Notice PgBouncer in transaction mode, which gives each transaction any session."""
        before = _one(connection, "SELECT pg_backend_pid()")
        with self._connect() as other, other.transaction():
            theirs = _one(other, "SELECT pg_backend_pid()")
            after = _one(connection, "SELECT pg_backend_pid()")
        if before == after != theirs:
            return
        raise pooled()

    def _connect(self) -> psycopg.Connection:
        return postgres.connect(self._url, patience=postgres.ANSWER_SECONDS)

    def _close(self) -> None:
        if self._connection:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
        self._connection = None

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            self._close()
            raise explain("PostgreSQL", error) from error


def _name(key: int) -> str:
    return f"api-{key}"


def _keys(connection: psycopg.Connection, question: str) -> set[int]:
    return {row[0] for row in connection.execute(question, (CLASS,))}


def _one(connection: psycopg.Connection, question: str, *values: int) -> Any:  # noqa: ANN401 - a column
    row = connection.execute(question, values).fetchone()
    return row[0] if row else None
