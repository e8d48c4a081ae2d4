"""Names of files in the database: which are somebody's, also while they only are on their way.

A name is reserved in the row of its download before a file gets it. So the database alone says
whose it is, on whichever machine the file is, and whoever was killed in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from domain.actions import UNFINISHED
from store.chunks import chunks
from store.tables import downloads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.store import Row, Store

KEPT = (*UNFINISHED, "failed")
"""States in which somebody goes on with what was sent of a file."""


def moves(store: Store) -> list[Row]:
    """Those whose files were on their way when somebody was killed, or are just now."""
    return store.read(downloads.select().where(downloads.c.moving.is_not(None)))


def reserved(store: Store) -> set[str]:
    """The names that files of unfinished downloads are about to get."""
    return {name for row in moves(store) if row["state"] in KEPT for name in coming(row)}


def in_use(store: Store, names: Sequence[str], but: str = "") -> set[str]:
    """Which of these names files of other downloads have, even if lost, or are about to get."""
    others = (row for row in moves(store) if row["id"] != but)
    found = {name for row in others for name in coming(row)}.intersection(names)
    for some in chunks(names):
        mine = downloads.c.file_name.in_(some), downloads.c.id != but
        rows = store.read(sa.select(downloads.c.file_name).where(*mine))
        found.update(row["file_name"] for row in rows)
    return found


def free(store: Store, item: str) -> None:
    """Let others have the names of a cancelled one, which nothing of it has any more."""
    of_it = downloads.c.id == item, downloads.c.state == "cancelled"
    with store.engine.begin() as connection:
        connection.execute(downloads.update().where(*of_it).values(moving=None))


def coming(row: Row) -> list[str]:
    """The names that a download's files are being given, or have had since somebody was killed."""
    return [new for _, new in (row["moving"] or {}).get("moves", ())]
