"""Places in the queue: its end, and in front of another download."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.actions import UNFINISHED
from store.tables import downloads


def _end() -> sa.Select[Any]:
    """The end of the queue: that of an index for each state, however many there are."""
    place = sa.func.max(downloads.c.position).label("place")
    ends = sa.union_all(*(sa.select(place).where(downloads.c.state == s) for s in UNFINISHED))
    return sa.select(sa.func.coalesce(sa.func.max(ends.subquery().c.place), 0))


LAST = _end()


def in_front_of(connection: sa.Connection, item: str) -> float | None:
    """A place between the queued `item` and the one before it; None when it is not queued."""
    queued = downloads.c.state == "queued"
    position = sa.select(downloads.c.position)
    of_it = connection.execute(position.where(downloads.c.id == item, queued)).scalar()
    if of_it is None:
        return None
    former = sa.select(sa.func.max(downloads.c.position)).where(downloads.c.position < of_it)
    before = connection.execute(former).scalar()
    place = (of_it + (before if before is not None else of_it - 2)) / 2
    if place not in {of_it, before}:
        return float(place)
    _renumber(connection)  # the gap has been halved away
    return in_front_of(connection, item)


def _renumber(connection: sa.Connection) -> None:
    """Give the queue whole numbers again, in its order."""
    queue = sa.select(downloads.c.number).where(downloads.c.state == "queued")
    ordered = connection.execute(queue.order_by(downloads.c.position, downloads.c.number))
    for place, number in enumerate(ordered.scalars().all(), 1):
        same = downloads.c.number == number
        connection.execute(downloads.update().where(same).values(position=place))
