"""Sessions of browsers, shared by all processes: only digests, so that a copy opens nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from domain.ids import now
from store.tables import sessions

if TYPE_CHECKING:
    from store.store import Store


def keep(store: Store, digest: str, seconds: float) -> None:
    """Let a session count for so long; forget those whose time is over."""
    with store.engine.begin() as connection:
        connection.execute(sessions.delete().where(sessions.c.expires <= now()))
        values = {"digest": digest, "expires": now(after=seconds)}
        connection.execute(sessions.insert().values(values))


def is_kept(store: Store, digest: str) -> bool:
    """Whether a session counts now."""
    counts = sessions.c.digest == digest, sessions.c.expires > now()
    with store.engine.connect() as connection:
        return connection.execute(sa.select(sessions.c.digest).where(*counts)).scalar() is not None


def forget(store: Store, digest: str) -> None:
    """Let a session count no more."""
    with store.engine.begin() as connection:
        connection.execute(sessions.delete().where(sessions.c.digest == digest))
