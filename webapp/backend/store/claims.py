"""Rows that one of several processes works on: a column says which, and `run` counts the starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from store.store import Row, Store


def claim(
    store: Store, holder: sa.Column[str], first: sa.Select[tuple[str]], name: str
) -> Row | None:
    """Take the first row of `first`, a query of ids, for the process `name`; None if none is."""
    table = holder.table
    chosen = first.limit(1).with_for_update(skip_locked=True, of=table).scalar_subquery()
    statement = (
        sa.update(table)
        .where(table.c.id == chosen, holder.is_(None))
        .values({holder: name, table.c.run: table.c.run + 1})
        .returning(table)
    )
    with store.engine.begin() as connection:
        row = connection.execute(statement).mappings().one_or_none()
    return dict(row) if row else None


def holders(store: Store, holder: sa.Column[str]) -> list[str]:
    """The processes that work on some row now, by what they said."""
    with store.engine.connect() as connection:
        named = sa.select(holder).where(holder.is_not(None)).distinct()
        return [str(name) for name in connection.execute(named).scalars()]


def release(store: Store, holder: sa.Column[str], name: str) -> list[str]:
    """Give up what a process began; the ids of these rows."""
    table = holder.table
    of_it = sa.update(table).where(holder == name).values({holder: None})
    with store.engine.begin() as connection:
        return list(connection.execute(of_it.returning(table.c.id)).scalars())
