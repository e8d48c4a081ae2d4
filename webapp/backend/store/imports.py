"""Imports in the database: who works on one, and the files that they bring into the library.

An import is taken like a download is claimed. What a part of it brought is noted together with the
downloads, in one transaction: however a process ends, each file becomes one of them, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from domain.ids import new_id, now
from domain.imports import MAX_REFUSALS
from store import claims
from store.chunks import chunks
from store.paging import title_key
from store.tables import archive, downloads, imports
from store.turns import Turn, take_turn
from store.upsert import insert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.imports import ImportRefusal, ImportRequest
    from store.store import Row, Store

KEPT = 10
"""Imports that are remembered."""


class RunningError(Exception):
    """There is an import that has not ended."""


def add(store: Store, wanted: ImportRequest) -> Row:
    """Keep a new one. Raises `RunningError` when there is one that has not ended."""
    values = {
        "id": new_id(),
        "origin": wanted.origin,
        "folder": wanted.folder,
        "state": "running",
        "run": 0,
        "taken": 0,
        "known": 0,
        "refused": 0,
        "refusals": [],
        "created": now(),
    }
    with store.engine.begin() as connection:
        take_turn(connection, Turn.IMPORT)
        running = sa.select(imports.c.id).where(imports.c.state == "running")
        if connection.execute(running).first():
            raise RunningError
        old = sa.select(imports.c.id).order_by(imports.c.id.desc()).offset(KEPT - 1)
        gone = list(connection.execute(old).scalars())
        connection.execute(imports.delete().where(imports.c.id.in_(gone)))
        made = connection.execute(imports.insert().values(values).returning(imports))
        return dict(made.mappings().one())


def every(store: Store) -> list[Row]:
    """All that are remembered, the newest first."""
    with store.engine.connect() as connection:
        found = connection.execute(imports.select().order_by(imports.c.id.desc()))
        return [dict(row) for row in found.mappings()]


def get(store: Store, item: str) -> Row | None:
    """One of them."""
    return next((row for row in every(store) if row["id"] == item), None)


def stop(store: Store, item: str) -> bool:
    """Stop an import; what it has brought stays. Whether it was running."""
    of_it = imports.c.id == item, imports.c.state == "running"
    values = {"state": "stopped", "run": imports.c.run + 1, "worker": None, "finished": now()}
    with store.engine.begin() as connection:
        return bool(connection.execute(imports.update().where(*of_it).values(values)).rowcount)


def claim(store: Store, worker: str) -> Row | None:
    """Take the one that nobody works on, from its beginning: what it brought is known by then."""
    free = imports.c.state == "running", imports.c.worker.is_(None)
    return claims.claim(store, imports.c.worker, sa.select(imports.c.id).where(*free), worker)


def workers(store: Store) -> list[str]:
    """The processes that work on one, by what they said."""
    return claims.holders(store, imports.c.worker)


def release(store: Store, worker: str) -> None:
    """Give up what a process began."""
    claims.release(store, imports.c.worker, worker)


def note(store: Store, row: Row, **values: Any) -> bool:  # noqa: ANN401 - columns
    """Write what the start `row` found; False when that start is not the present one."""
    with store.engine.begin() as connection:
        return _note(connection, row, values)


def take(store: Store, row: Row, files: Sequence[Row], refused: Sequence[ImportRefusal]) -> bool:
    """Bring files into the library, and count what was left out, all or none; else as `note`.

    `files` are columns of downloads.
    """
    values: Row = {
        "taken": imports.c.taken + len(files),
        "refused": imports.c.refused + len(refused),
    }
    with store.engine.begin() as connection:
        if refused:
            kept = connection.execute(sa.select(imports.c.refusals).where(_present(row))).scalar()
            told = [one.model_dump() for one in refused]
            values["refusals"] = [*(kept or []), *told][:MAX_REFUSALS]
        if not _note(connection, row, values):
            return False
        if files:
            connection.execute(downloads.insert(), [_filled(file) for file in files])
    return True


def files_of_size(store: Store, sizes: Sequence[int]) -> dict[int, list[str]]:
    """The files that were taken over and have one of these numbers of bytes, by that."""
    found: dict[int, list[str]] = {}
    columns = sa.select(downloads.c.bytes_key, downloads.c.file_name)
    with store.engine.connect() as connection:
        for chunk in chunks(sizes):
            mine = downloads.c.state == "done", downloads.c.bytes_key.in_(chunk)
            for size, name in connection.execute(columns.where(*mine, downloads.c.imported)):
                found.setdefault(size, []).append(name)
    return found


def add_archive(store: Store, lines: Sequence[str]) -> int:
    """Remember media as downloaded once; how many were not before."""
    added = 0
    with store.engine.begin() as connection:
        for chunk in chunks(lines):
            new = insert(connection, archive).values([{"line": line} for line in chunk])
            unless_known = new.on_conflict_do_nothing().returning(archive.c.line)
            added += len(connection.execute(unless_known).all())
    return added


def archived(connection: sa.Connection, lines: Sequence[str]) -> set[str]:
    """Which of these lines there are, within a transaction."""
    found: set[str] = set()
    for chunk in chunks(lines):
        there = sa.select(archive.c.line).where(archive.c.line.in_(chunk))
        found |= set(connection.execute(there).scalars())
    return found


def archive_lines(store: Store) -> list[str]:
    """All lines, in order."""
    with store.engine.connect() as connection:
        ordered = sa.select(archive.c.line).order_by(archive.c.line)
        return list(connection.execute(ordered).scalars())


def archive_lines_of(store: Store, media: Sequence[str]) -> list[str]:
    """The lines of media with these ids, of whatever site, in order."""
    if not media:
        return []
    named = sa.or_(*(archive.c.line.endswith(f" {one}", autoescape=True) for one in media))
    ordered = sa.select(archive.c.line).where(named).order_by(archive.c.line)
    with store.engine.connect() as connection:
        return list(connection.execute(ordered).scalars())


def _present(row: Row) -> sa.ColumnElement[bool]:
    """The import, while the start `row` is the present one."""
    return sa.and_(
        imports.c.id == row["id"],
        imports.c.run == row["run"],
        imports.c.worker == row["worker"],
    )


def _note(connection: sa.Connection, row: Row, values: Row) -> bool:
    changed = imports.update().where(_present(row)).values(**values)
    return bool(connection.execute(changed).rowcount)


def _filled(file: Row) -> Row:
    """All columns of a download that is done."""
    return {
        "resolution": "best",
        "options": {},
        "state": "done",
        "position": 0.0,
        "attempt": 1,
        "run": 0,
        "imported": True,
        "created": now(),
        "finished": now(),
        **file,
        "title_key": title_key(file["title"]) if file["title"] else "",
    }
