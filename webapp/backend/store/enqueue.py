"""Wishes become rows: at the end of the queue, and known again by what they want."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.ids import new_id, now
from domain.links import host_of
from store.paging import title_key
from store.positions import LAST
from store.tables import downloads

if TYPE_CHECKING:
    from collections.abc import Iterable

    import sqlalchemy as sa

    from domain.requests import DownloadRequest, Entry
    from store.store import Row

MAX_HOST_LENGTH = 260
"""Characters of a name with its port; what is longer leads nowhere, and is too long for a key."""
REQUEST_COLUMNS = ("url", "format", "resolution")
BESIDE = {"entry", "folder", "template", "rate", "live"}
"""Options that change nothing in the file."""


def enqueue(connection: sa.Connection, requests: Iterable[DownloadRequest]) -> list[Row]:
    """Put wishes at the end of the queue, within a transaction."""
    added = []
    position = connection.execute(LAST).scalar_one()
    for place, request in enumerate(requests, 1):
        values = _values(request) | {"position": position + place}
        statement = downloads.insert().values(values).returning(downloads)
        added.append(dict(connection.execute(statement).mappings().one()))
    return added


def same_way(request: DownloadRequest, row: Row) -> bool:
    """Whether a request wants its medium in the way of that download."""
    return _way(_values(request)) == _way(row)


def _way(row: Row) -> tuple[Any, ...]:
    """In which way something is downloaded, wherever its link was found."""
    options = {name: row["options"][name] for name in row["options"].keys() - BESIDE}
    return row["format"], row["resolution"], options


def _values(request: DownloadRequest) -> Row:
    return {
        "id": new_id(),
        **{name: getattr(request, name) for name in REQUEST_COLUMNS},
        "host": host_of(request.url)[:MAX_HOST_LENGTH],
        "options": request.model_dump(exclude={*REQUEST_COLUMNS}, exclude_defaults=True),
        "state": "queued",
        "attempt": 1,
        "run": 0,
        "created": now(),
        **(_listed(request.entry) if request.entry else {}),
    }


def _listed(entry: Entry) -> Row:
    """What a list told already, until the medium itself is looked at."""
    title = {"title": entry.title, "title_key": title_key(entry.title)} if entry.title else {}
    return {**title, "duration": entry.duration}
