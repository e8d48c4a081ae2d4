"""Podcast feeds in the database.

Their tokens are kept as they are: an address is to be copied again, for another device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from domain.ids import new_id, now
from store.tables import feeds

if TYPE_CHECKING:
    from store.store import Row, Store

READ_SECONDS = 60
"""How often it is noted that a feed was read."""


def add(store: Store, token: str, choice: Row) -> Row:
    """Keep a new one."""
    values = {"id": new_id(), "token": token, "choice": choice, "created": now()}
    with store.engine.begin() as connection:
        made = connection.execute(feeds.insert().values(values).returning(feeds))
        return dict(made.mappings().one())


def every(store: Store) -> list[Row]:
    """All of them, the newest first."""
    with store.engine.connect() as connection:
        found = connection.execute(feeds.select().order_by(feeds.c.id.desc()))
        return [dict(row) for row in found.mappings()]


def delete(store: Store, item: str) -> bool:
    """Delete one, so that its address leads nowhere; returns whether there was one."""
    with store.engine.begin() as connection:
        return bool(connection.execute(feeds.delete().where(feeds.c.id == item)).rowcount)


def use(store: Store, token: str) -> Row | None:
    """The feed with that token, and note that it was read."""
    of_it = feeds.c.token == token
    with store.engine.connect() as connection:
        row = connection.execute(feeds.select().where(of_it)).mappings().one_or_none()
    if row is None:
        return None
    before = now(after=-READ_SECONDS)
    if (row["read"] or "") < before:
        stale = sa.or_(feeds.c.read.is_(None), feeds.c.read < before)
        with store.engine.begin() as connection:
            connection.execute(feeds.update().where(of_it, stale).values(read=now()))
    return dict(row)
