"""The transactional outbox: notifications that are kept until they have been delivered.

A notification is written in the transaction in which the thing itself happens, and deleted once it
has been delivered. A process that is killed in between sends it again, under the same id. One
process at a time sends to a receiver, in the order in which things happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from domain import notices
from domain.ids import new_id, now
from store import claims
from store.tables import outbox, receivers
from store.view import view

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.receivers import Occasion
    from store.store import Row, Store

KEPT_SECONDS = 24 * 3600
"""After which a notification that cannot be delivered is given up."""


def note(connection: sa.Connection, occasion: Occasion, body: Callable[[], str]) -> None:
    """Add `body` for every receiver that is enabled for this occasion."""
    wanted = sa.select(receivers.c.id, receivers.c.occasions).where(receivers.c.enabled)
    ids = [row.id for row in connection.execute(wanted) if occasion in row.occasions]
    if ids:
        text, moment = body(), now()
        fixed = {"body": text, "attempt": 1, "due": moment, "created": moment}
        connection.execute(
            outbox.insert(), [fixed | {"id": new_id(), "receiver": item} for item in ids]
        )


def note_end(connection: sa.Connection, row: Row) -> None:
    """Add that a download has finished or failed, for the receivers of that."""
    occasion: Occasion = "finished" if row["state"] == "done" else "failed"
    note(connection, occasion, lambda: notices.of_download(occasion, view(row)))


def claim(store: Store, sender: str) -> Row | None:
    """Take the receiver that has waited for longest, for `sender` to send to."""
    first = (
        sa.select(receivers.c.id)
        .join(outbox, outbox.c.receiver == receivers.c.id)
        .where(receivers.c.enabled, receivers.c.sender.is_(None), outbox.c.due <= now())
        .order_by(outbox.c.due)
    )
    return claims.claim(store, receivers.c.sender, first, sender)


def batch(store: Store, receiver: str, most: int) -> list[Row]:
    """What is due for a receiver, in the order in which it happened."""
    due = outbox.c.receiver == receiver, outbox.c.due <= now()
    statement = outbox.select().where(*due).order_by(outbox.c.number).limit(most)
    with store.engine.connect() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def delivered(store: Store, claimed: Row, message: str) -> None:
    """Delete a notification that has been delivered."""
    with store.engine.begin() as connection:
        connection.execute(outbox.delete().where(outbox.c.id == message))
        connection.execute(_same(claimed).values(told=now(), error=None))


def refused(store: Store, claimed: Row, message: str, error: Row, *, due: str) -> None:
    """Note why a receiver refused a notification, and try it again at `due`.

    What has been tried for too long is deleted.
    """
    again = outbox.update().where(outbox.c.id == message)
    with store.engine.begin() as connection:
        connection.execute(again.values(attempt=outbox.c.attempt + 1, due=due))
        stale = outbox.c.created < now(after=-KEPT_SECONDS)
        connection.execute(outbox.delete().where(outbox.c.receiver == claimed["id"], stale))
        connection.execute(_same(claimed).values(error=error))


def hold(store: Store, receiver: str, *, due: str) -> None:
    """Send nothing to a receiver before `due`: it cannot be reached."""
    sooner = outbox.c.receiver == receiver, outbox.c.due < due
    with store.engine.begin() as connection:
        connection.execute(outbox.update().where(*sooner).values(due=due))


def finish(store: Store, claimed: Row, **values: Any) -> None:  # noqa: ANN401 - columns
    """Let others send to a receiver again."""
    with store.engine.begin() as connection:
        connection.execute(_same(claimed).values(sender=None, **values))


def next_due(store: Store) -> str | None:
    """When something is to be sent next."""
    statement = (
        sa.select(sa.func.min(outbox.c.due))
        .join(receivers, receivers.c.id == outbox.c.receiver)
        .where(receivers.c.enabled, receivers.c.sender.is_(None))
    )
    with store.engine.connect() as connection:
        return connection.execute(statement).scalar()


def senders(store: Store) -> list[str]:
    """The processes that send now, by what they said."""
    return claims.holders(store, receivers.c.sender)


def release(store: Store, sender: str) -> None:
    """Let others send what that process was sending."""
    claims.release(store, receivers.c.sender, sender)


def _same(claimed: Row) -> sa.Update:
    """The receiver, if this sending is the one that counts."""
    return receivers.update().where(
        receivers.c.id == claimed["id"], receivers.c.run == claimed["run"]
    )
