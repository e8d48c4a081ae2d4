"""Choices that people gave a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from domain.ids import new_id
from domain.profiles import name_key
from store.tables import profiles

if TYPE_CHECKING:
    from store.store import Row, Store


class NameTakenError(Exception):
    """Another profile has that name."""


def all_of(store: Store) -> list[Row]:
    """All of them, by name."""
    with store.engine.connect() as connection:
        statement = profiles.select().order_by(profiles.c.name_key)
        return [dict(row) for row in connection.execute(statement).mappings()]


def get(store: Store, profile: str) -> Row | None:
    """One of them."""
    with store.engine.connect() as connection:
        statement = profiles.select().where(profiles.c.id == profile)
        row = connection.execute(statement).mappings().one_or_none()
    return dict(row) if row else None


def add(store: Store, name: str, choices: dict[str, Any]) -> str:
    """Keep a new one; its id.

    Raises:
        NameTakenError: when there is one of that name.

    """
    values = _values(name, choices) | {"id": new_id()}
    _write(store, profiles.insert().values(values))
    return str(values["id"])


def change(store: Store, profile: str, name: str, choices: dict[str, Any]) -> bool:
    """Put a profile in place of what it was; whether it is there.

    Raises:
        NameTakenError: when there is another of that name.

    """
    statement = profiles.update().where(profiles.c.id == profile)
    return _write(store, statement.values(_values(name, choices)))


def delete(store: Store, profile: str) -> bool:
    """Forget it; whether it was there."""
    return _write(store, profiles.delete().where(profiles.c.id == profile))


def _values(name: str, choices: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "name_key": name_key(name), "choices": choices}


def _write(store: Store, statement: sa.Insert | sa.Update | sa.Delete) -> bool:
    try:
        with store.engine.begin() as connection:
            return bool(connection.execute(statement).rowcount)
    except sa.exc.IntegrityError as error:
        raise NameTakenError from error
