"""What people look for among all downloads: pages of them, how many, those of one medium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

import sqlalchemy as sa

from domain.actions import UNFINISHED
from store.chunks import chunks
from store.enqueue import same_way
from store.paging import ORDERS, in_order
from store.search import matching
from store.tables import downloads, subscription_entries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from domain.downloads import Sort
    from domain.requests import DownloadRequest
    from store.paging import Cursor
    from store.store import Row, Store

RECENT = 100


class Filters(TypedDict, total=False):
    """Only downloads of these states and formats, with this text, that a subscription brought."""

    states: Sequence[str]
    formats: Sequence[str]
    text: str | None
    subscription: str | None


def page(
    store: Store,
    *,
    sort: Sort = "newest",
    after: Cursor | None = None,
    limit: int,
    **filters: Unpack[Filters],
) -> list[Row]:
    """At most `limit` of those downloads that follow `after` in order."""
    by_arrival = ORDERS[sort].column is None
    statement, number = _those(store, filters, by_arrival=by_arrival)
    return store.read(in_order(statement, sort, number, after).limit(limit))


def count(store: Store, **filters: Unpack[Filters]) -> int:
    """How many downloads `page` would give, one part after the other."""
    statement, _ = _those(store, filters)
    counted = sa.select(sa.func.count()).select_from(statement.subquery())
    with store.engine.connect() as connection:
        return int(connection.execute(counted).scalar_one())


def holds(store: Store, item: str, **filters: Unpack[Filters]) -> bool:
    """Whether a download is among those that `page` would give."""
    statement, _ = _those(store, filters)
    return bool(store.read(statement.where(downloads.c.id == item)))


def finished_by(
    store: Store, moment: str, *, above: int, limit: int, **filters: Unpack[Filters]
) -> list[Row]:
    """The next of those that were finished by then, in the order of arrival."""
    statement, _ = _those(store, filters | {"states": ("done",)})
    at = sa.and_(downloads.c.finished <= moment, downloads.c.number > above)
    return store.read(statement.where(at).order_by(downloads.c.number).limit(limit))


def known(store: Store, items: Sequence[str]) -> set[str]:
    """Those of these ids that there are downloads of."""
    found: set[str] = set()
    for some in chunks(items):
        rows = store.read(sa.select(downloads.c.id).where(downloads.c.id.in_(some)))
        found.update(row["id"] for row in rows)
    return found


def snapshot(store: Store) -> list[Row]:
    """Everything unfinished and the most recent of the rest, newest first."""
    unfinished = downloads.c.state.in_(UNFINISHED)
    recent = sa.select(downloads.c.number).where(~unfinished)
    recent = recent.order_by(downloads.c.number.desc()).limit(RECENT)
    statement = downloads.select().where(sa.or_(unfinished, downloads.c.number.in_(recent)))
    return store.read(statement.order_by(downloads.c.number.desc()))


def of_medium(store: Store, url: str, key: str | None) -> list[Row]:
    """Downloads of what `url` leads to, newest first, unless they came to nothing.

    By `key` (the medium's, where it is known) or an earlier download, other links count too.
    """
    of_url = downloads.c.url == url
    keys = sa.select(downloads.c.media_key).where(of_url, downloads.c.media_key.is_not(None))
    same = sa.or_(of_url, downloads.c.media_key.in_(keys))
    if key:
        same = sa.or_(same, downloads.c.media_key == key)
    alive = downloads.c.state.in_((*UNFINISHED, "done"))
    statement = downloads.select().where(same, alive).order_by(downloads.c.number.desc())
    return store.read(statement.limit(RECENT))


def find_duplicate(store: Store, request: DownloadRequest, key: str | None = None) -> Row | None:
    """The newest download of the same medium in the same way, unless it came to nothing."""
    rows = of_medium(store, request.url, key)
    return next((row for row in rows if same_way(request, row)), None)


def _those(
    store: Store, filters: Filters, *, by_arrival: bool = False
) -> tuple[sa.Select[Any], sa.ColumnElement[int]]:
    """Select them; also the column of the number of arrival."""
    statement, number = matching(
        filters.get("text"), store.engine.dialect.name, by_arrival=by_arrival
    )
    if states := filters.get("states"):
        statement = statement.where(downloads.c.state.in_(states))
    if formats := filters.get("formats"):
        statement = statement.where(downloads.c.format.in_(formats))
    if subscription := filters.get("subscription"):
        of_it = subscription_entries.c.subscription == subscription
        theirs = sa.select(subscription_entries.c.download).where(of_it)
        statement = statement.where(downloads.c.id.in_(theirs))
    return statement, number
