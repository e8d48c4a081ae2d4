"""A SQLite that is too old for DBOS's clock gets one, also for the defaults of tables."""

import contextlib
import sqlite3
import time

import pytest
import sqlalchemy as sa

from store import sqlite_clock


def test_milliseconds_are_told_and_stand_in_defaults() -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        sqlite_clock.prepare(connection)
        connection.execute(
            "CREATE TABLE t (a, at INTEGER NOT NULL DEFAULT (unixepoch('subsec') * 1000))"
        )
        before = time.time()
        connection.execute("INSERT INTO t (a) VALUES (1)")
        (at,) = connection.execute("SELECT at FROM t").fetchone()
    assert before * 1000 - 1 <= at <= time.time() * 1000 + 1


def test_every_engine_has_it_where_sqlite_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_clock, "SUBSECONDS_SINCE", (99, 0, 0))
    sqlite_clock.provide()
    sqlite_clock.provide()  # again is no fault
    try:
        engine = sa.create_engine("sqlite://")
        with engine.connect() as connection:
            told = connection.scalar(sa.text("SELECT unixepoch('subsec')"))
        engine.dispose()
    finally:
        sa.event.remove(sa.Engine, "connect", sqlite_clock.prepare)
    assert isinstance(told, float)
