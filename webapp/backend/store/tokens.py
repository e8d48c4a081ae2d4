"""Tokens for scripts, and keys by which a request is known when it is sent again.

Of a token only its digest is kept: it has 256 random bits, so nobody can guess what it is of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from domain.ids import new_id, now
from store.enqueue import enqueue
from store.tables import api_tokens, idempotency_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.requests import DownloadRequest
    from store.store import Row, Store

KEPT_SECONDS = 24 * 3600
"""How long a key is known."""
USED_SECONDS = 60
"""How exactly it is noted when a token was used."""


class OtherRequestError(Exception):
    """That key came with another request before."""


def add(store: Store, name: str, scope: str, digest: str) -> Row:
    """Keep a new token."""
    values = {"id": new_id(), "name": name, "scope": scope, "digest": digest, "created": now()}
    with store.engine.begin() as connection:
        made = connection.execute(api_tokens.insert().values(values).returning(api_tokens))
        return dict(made.mappings().one())


def every(store: Store) -> list[Row]:
    """All of them, the newest first."""
    with store.engine.connect() as connection:
        found = connection.execute(api_tokens.select().order_by(api_tokens.c.id.desc()))
        return [dict(row) for row in found.mappings()]


def delete(store: Store, item: str) -> bool:
    """Let a token count no more; whether there was one."""
    with store.engine.begin() as connection:
        return bool(connection.execute(api_tokens.delete().where(api_tokens.c.id == item)).rowcount)


def use(store: Store, digest: str) -> Row | None:
    """The token with that digest, and note that it was used."""
    of_it = api_tokens.c.digest == digest
    with store.engine.connect() as connection:
        row = connection.execute(api_tokens.select().where(of_it)).mappings().one_or_none()
    if row is None:
        return None
    before = now(after=-USED_SECONDS)
    if (row["last_used"] or "") < before:
        stale = sa.or_(api_tokens.c.last_used.is_(None), api_tokens.c.last_used < before)
        with store.engine.begin() as connection:
            connection.execute(api_tokens.update().where(of_it, stale).values(last_used=now()))
    return dict(row)


def enqueue_once(
    store: Store, key: str, digest: str, requests: Sequence[DownloadRequest]
) -> tuple[list[str], bool]:
    """Queue downloads unless that key has been seen; their ids, and whether they are new.

    Raises:
        OtherRequestError: when the key came with a request of another digest.

    """
    insert: Any = sa.text(
        "INSERT INTO idempotency_keys (key, digest, items, created) "
        "VALUES (:key, :digest, '[]', :now) ON CONFLICT (key) DO NOTHING"
    )
    of_it = idempotency_keys.c.key == key
    with store.durably() as connection:
        stale = idempotency_keys.c.created < now(after=-KEPT_SECONDS)
        connection.execute(idempotency_keys.delete().where(stale))
        if connection.execute(insert, {"key": key, "digest": digest, "now": now()}).rowcount:
            ids = [row["id"] for row in enqueue(connection, requests)]
            connection.execute(idempotency_keys.update().where(of_it).values(items=ids))
            return ids, True
        known = connection.execute(idempotency_keys.select().where(of_it)).mappings().one()
    if known["digest"] != digest:
        raise OtherRequestError(key)
    return list(known["items"]), False
