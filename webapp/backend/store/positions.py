"""Places in the queue: its end, and in front of another download."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from domain.actions import UNFINISHED
from store.names import KEPT
from store.tables import downloads

PLACED = (*KEPT, "cancelled")
"""States in which a download has a place in the queue, or may come back to it."""


def _end() -> sa.Select[Any]:
    """The end of the queue: that of an index for each state, however many there are."""
    place = sa.func.max(downloads.c.position).label("place")
    ends = sa.union_all(*(sa.select(place).where(downloads.c.state == s) for s in UNFINISHED))
    return sa.select(sa.func.coalesce(sa.func.max(ends.subquery().c.place), 0))


LAST = _end()


def in_front_of(connection: sa.Connection, item: str) -> float | None:
    """A place between the queued `item` and the one before it; None when it is not queued.

    To be asked by one transaction at a time.
    """
    queued = downloads.c.id == item, downloads.c.state == "queued"
    of_it = sa.select(downloads.c.position, downloads.c.number).where(*queued)
    found = connection.execute(of_it).one_or_none()
    if found is None:
        return None
    before = connection.execute(_before(*found)).scalar()
    place = (found.position + (before if before is not None else found.position - 2)) / 2
    if place not in {found.position, before}:
        return float(place)
    _renumber(connection)  # the gap has been halved away, or two have come to the same place
    return in_front_of(connection, item)


def _before(position: float, number: int) -> sa.Select[Any]:
    """The place of the last one before that: by an index for each state."""
    place = sa.func.max(downloads.c.position).label("place")
    earlier = sa.or_(downloads.c.position < position, downloads.c.number < number)
    each = (
        sa.select(place).where(downloads.c.state == s, downloads.c.position <= position, earlier)
        for s in PLACED
    )
    return sa.select(sa.func.max(sa.union_all(*each).subquery().c.place))


def _renumber(connection: sa.Connection) -> None:
    """Give whole numbers again to all that have a place, in their order."""
    order = sa.func.row_number().over(order_by=(downloads.c.position, downloads.c.number))
    ordered = sa.select(downloads.c.number, order.label("place"))
    ordered_by = ordered.where(downloads.c.state.in_(PLACED)).subquery()
    anew = downloads.update().values(position=ordered_by.c.place)
    connection.execute(anew.where(downloads.c.number == ordered_by.c.number))
