"""Subscriptions in the database: which process checks one now, and what it has seen.

A look is taken like a download is claimed, so that one process makes it. What it found is noted and
queued in one transaction: however a process ends, each entry is queued once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from domain import notices
from domain.actions import UNFINISHED
from domain.archive import archive_line
from domain.ids import new_id, now
from store import claims, outbox
from store.chunks import chunks
from store.enqueue import enqueue, same_way
from store.imports import archived
from store.tables import downloads, subscription_entries, subscriptions
from store.turns import Turn, take_turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.requests import DownloadRequest
    from store.store import Row, Store

entries = subscription_entries


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that a check found; `request` is None when it is not wanted."""

    key: str
    date: str | None
    request: DownloadRequest | None


def add(store: Store, url: str, title: str | None, choice: Row) -> Row:
    """Add a subscription, which is due at once."""
    values = {
        "id": new_id(),
        "url": url,
        "title": title,
        "choice": choice,
        "state": "active",
        "due": now(),
        "run": 0,
        "begun": False,
        "failures": 0,
        "created": now(),
    }
    with store.engine.begin() as connection:
        statement = subscriptions.insert().values(values).returning(subscriptions)
        return dict(connection.execute(statement).mappings().one())


def get(store: Store, item: str) -> Row | None:
    """One subscription, with the numbers of its entries."""
    rows = _with_counts(store, subscriptions.c.id == item)
    return rows[0] if rows else None


def every(store: Store) -> list[Row]:
    """All of them, the newest first, with the numbers of their entries."""
    return _with_counts(store, sa.true())


def change(store: Store, item: str, *where: sa.ColumnElement[bool], **values: Any) -> Row | None:  # noqa: ANN401 - columns
    """Change one; a check that is under way no longer counts. None when it does not exist."""
    of_it = subscriptions.update().where(subscriptions.c.id == item, *where)
    values |= {"run": subscriptions.c.run + 1, "looker": None}
    with store.engine.begin() as connection:
        changed = connection.execute(of_it.values(values).returning(subscriptions.c.id)).scalar()
    return get(store, changed) if changed else None


def delete(store: Store, item: str) -> bool:
    """Delete a subscription and what it has seen; returns whether there was one."""
    with store.engine.begin() as connection:
        gone = connection.execute(subscriptions.delete().where(subscriptions.c.id == item))
        connection.execute(entries.delete().where(entries.c.subscription == item))
    return bool(gone.rowcount)


def claim(store: Store, looker: str) -> Row | None:
    """Claim the one that is due first, for the process `looker` to check."""
    may = sa.and_(
        subscriptions.c.state == "active",
        subscriptions.c.due <= now(),
        subscriptions.c.looker.is_(None),
    )
    first = sa.select(subscriptions.c.id).where(may).order_by(subscriptions.c.due)
    return claims.claim(store, subscriptions.c.looker, first, looker)


def next_due(store: Store) -> str | None:
    """When the next check is due."""
    waiting = subscriptions.c.state == "active", subscriptions.c.looker.is_(None)
    with store.engine.connect() as connection:
        due = connection.execute(sa.select(sa.func.min(subscriptions.c.due)).where(*waiting))
        return due.scalar()


def lookers(store: Store) -> list[str]:
    """The processes that check one now, by what they said."""
    return claims.holders(store, subscriptions.c.looker)


def release(store: Store, looker: str) -> list[str]:
    """Release what a process was checking; returns which ones."""
    return claims.release(store, subscriptions.c.looker, looker)


def seen(store: Store, item: str) -> list[str]:
    """What it has seen, by the keys."""
    with store.engine.connect() as connection:
        return list(
            connection.execute(sa.select(entries.c.key).where(entries.c.subscription == item))
            .scalars()
            .all()
        )


def queued(store: Store, item: str) -> int:
    """How many of its entries have been queued."""
    of_it = entries.c.subscription == item, entries.c.download.is_not(None)
    with store.engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).where(*of_it)).scalar_one())


def fail(store: Store, row: Row, **values: Any) -> bool:  # noqa: ANN401 - columns
    """Note why a look failed; False when that look no longer counts."""
    with store.engine.begin() as connection:
        return _settle(connection, row, values)


def finish(
    store: Store,
    row: Row,
    found: Sequence[Found],
    **values: Any,  # noqa: ANN401 - columns
) -> list[Row] | None:
    """Note what a look found and queue what is wanted, all or none.

    What any subscription has queued in the same way, or what there is a download of, is not queued
    again. Returns the new downloads; None when the look no longer counts.
    """
    with store.engine.begin() as connection:
        if not _settle(connection, row, values):
            return None
        take_turn(connection, Turn.LOOK)  # or two would queue what both have found
        known = _keys_of(connection, row["id"], [one.key for one in found])
        new = list({one.key: one for one in found if one.key not in known}.values())
        taken = _taken(connection, row, new)
        wanted = [one for one in new if one.request and one.key not in taken]
        added = enqueue(connection, [one.request for one in wanted if one.request])
        ids = {one.key: made["id"] for one, made in zip(wanted, added, strict=True)}
        noted = [
            {
                "subscription": row["id"],
                "key": one.key,
                "download": ids.get(one.key),
                "date": one.date,
            }
            for one in new
        ]
        if noted:
            connection.execute(entries.insert(), noted)
        of_it = subscriptions.update().where(subscriptions.c.id == row["id"])
        connection.execute(of_it.values(found=len(added)))
        if added:
            title = {"title": values.get("title", row["title"])}
            outbox.note(connection, "new", lambda: notices.of_subscription(row | title, added))
    return added


def files(store: Store, item: str) -> list[Row]:
    """Its finished downloads, those of the newest media first."""
    statement = (
        sa.select(downloads, entries.c.date)
        .join(entries, entries.c.download == downloads.c.id)
        .where(entries.c.subscription == item, downloads.c.state == "done")
        .order_by(sa.func.coalesce(entries.c.date, "").desc(), downloads.c.number.desc())
    )
    with store.engine.connect() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def _settle(connection: sa.Connection, row: Row, values: Row) -> bool:
    """End the look `row`, if it is still the one that counts."""
    same = (
        subscriptions.c.id == row["id"],
        subscriptions.c.run == row["run"],
        subscriptions.c.looker == row["looker"],
    )
    ended = subscriptions.update().where(*same).values(looker=None, **values)
    return bool(connection.execute(ended).rowcount)


def _keys_of(connection: sa.Connection, item: str, keys: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for chunk in chunks(keys):
        of_it = entries.c.subscription == item, entries.c.key.in_(chunk)
        known |= set(connection.execute(sa.select(entries.c.key).where(*of_it)).scalars())
    return known


def _taken(connection: sa.Connection, row: Row, new: Sequence[Found]) -> set[str]:
    """Of the new ones, those that are there already, or were queued by another subscription.

    What others have downloaded (an archive, a file that was taken over) counts in any format.
    """
    urls = {one.request.url: one.key for one in new if one.request}
    taken: set[str] = set()
    for chunk in chunks(list(urls.values())):
        others = (
            sa.select(entries.c.key, subscriptions.c.choice)
            .join(subscriptions, subscriptions.c.id == entries.c.subscription)
            .where(entries.c.key.in_(chunk), entries.c.subscription != row["id"])
            .where(entries.c.download.is_not(None))
        )
        for key, choice in connection.execute(others):
            if choice["options"] == row["choice"]["options"]:
                taken.add(key)
    wanted = {one.key: one.request for one in new if one.request}
    alive = downloads.c.state.in_((*UNFINISHED, "done"))
    for chunk in chunks(list(urls)):
        keys = [urls[url] for url in chunk]
        there = sa.or_(downloads.c.url.in_(chunk), downloads.c.media_key.in_(keys))
        for found in connection.execute(downloads.select().where(alive, there)).mappings():
            key = urls.get(found["url"]) or str(found["media_key"])
            request = wanted.get(key)
            if request and (found["imported"] or same_way(request, dict(found))):
                taken.add(key)
    lines = {line: key for key in urls.values() if (line := archive_line(key))}
    return taken | {lines[line] for line in archived(connection, list(lines))}


def _with_counts(store: Store, *where: sa.ColumnElement[bool]) -> list[Row]:
    counts = (
        sa.select(
            entries.c.subscription,
            sa.func.count().label("known"),
            sa.func.count(entries.c.download).label("queued"),
        )
        .group_by(entries.c.subscription)
        .subquery()
    )
    statement = (
        sa.select(
            subscriptions,
            sa.func.coalesce(counts.c.known, 0).label("known"),
            sa.func.coalesce(counts.c.queued, 0).label("queued"),
        )
        .outerjoin(counts, counts.c.subscription == subscriptions.c.id)
        .where(*where)
        .order_by(subscriptions.c.id.desc())
    )
    with store.engine.connect() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]
