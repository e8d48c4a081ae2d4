"""Receivers of notifications in the database. Their secrets leave it only to be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from domain.ids import new_id, now
from store.tables import outbox, receivers

if TYPE_CHECKING:
    from store.store import Row, Store


def add(store: Store, **values: Any) -> str:  # noqa: ANN401 - columns
    """Keep a new one; its id."""
    fixed: Row = {"id": new_id(), "run": 0, "created": now()}
    with store.engine.begin() as connection:
        connection.execute(receivers.insert().values(fixed | values))
    return str(fixed["id"])


def get(store: Store, item: str) -> Row | None:
    """One of them, with how many notifications wait for it."""
    found = _read(store, receivers.c.id == item)
    return found[0] if found else None


def every(store: Store) -> list[Row]:
    """All of them, the newest first."""
    return _read(store, sa.true())


def change(store: Store, item: str, **values: Any) -> bool:  # noqa: ANN401 - columns
    """Change one, and try at once what waits for it; returns whether there is one.

    What is being sent to it at the moment is sent again.
    """
    values |= {"run": receivers.c.run + 1, "sender": None, "error": None}
    with store.engine.begin() as connection:
        of_it = receivers.update().where(receivers.c.id == item)
        changed = connection.execute(of_it.values(values)).rowcount
        waiting = outbox.update().where(outbox.c.receiver == item)
        connection.execute(waiting.values(due=now(), attempt=1))
    return bool(changed)


def delete(store: Store, item: str) -> bool:
    """Delete one, with what waits for it; returns whether there was one."""
    with store.engine.begin() as connection:
        connection.execute(outbox.delete().where(outbox.c.receiver == item))
        return bool(connection.execute(receivers.delete().where(receivers.c.id == item)).rowcount)


def _read(store: Store, *where: sa.ColumnElement[bool]) -> list[Row]:
    of_it = sa.select(sa.func.count()).where(outbox.c.receiver == receivers.c.id)
    waiting = of_it.scalar_subquery().label("waiting")
    statement = sa.select(receivers, waiting).where(*where).order_by(receivers.c.id.desc())
    with store.engine.connect() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]
