"""A session counts until its time is over or it is revoked; only digests of it are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from app.sessions import REMEMBERED_SECONDS, Sessions
from store import sessions as kept
from store.tables import sessions as table
from tests.backend.databases import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.store import Store

HOUR = 3600.0


class Clock:
    """A time that the test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = opened(tmp_path / "app.db")
    yield made
    made.engine.dispose()


def rows(store: Store) -> list[str]:
    with store.engine.connect() as connection:
        return list(connection.execute(sa.select(table.c.digest)).scalars())


def test_a_session_counts_until_its_time_is_over(store: Store) -> None:
    sessions = Sessions(store, "token", Clock())
    assert sessions.is_good(sessions.begin(HOUR))
    assert not sessions.is_good(sessions.begin(-1.0))
    assert not sessions.is_good("made up")


def test_what_was_found_good_is_remembered_for_a_moment_only(store: Store) -> None:
    clock = Clock()
    sessions = Sessions(store, "token", clock)
    session = sessions.begin(HOUR)
    assert sessions.is_good(session)
    (digest,) = rows(store)
    kept.forget(store, digest)  # as another process does, or the end of its time
    assert sessions.is_good(session)
    clock.now += REMEMBERED_SECONDS
    assert not sessions.is_good(session)


def test_a_session_that_was_ended_counts_no_more_at_once(store: Store) -> None:
    sessions = Sessions(store, "token", Clock())
    session, other = sessions.begin(HOUR), sessions.begin(HOUR)
    assert sessions.is_good(session)
    sessions.end(session)
    assert not sessions.is_good(session)
    assert sessions.is_good(other)


def test_those_whose_time_is_over_are_forgotten_and_another_token_ends_all(store: Store) -> None:
    sessions = Sessions(store, "token", Clock())
    sessions.begin(-1.0)
    session = sessions.begin(HOUR)
    assert len(rows(store)) == 1
    assert session not in rows(store)[0]
    assert not Sessions(store, "another", Clock()).is_good(session)
