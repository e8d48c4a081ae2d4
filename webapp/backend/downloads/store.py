"""Our own tables: the one truth about what the user wants and has.

Every change is one conditional statement, so that two processes (or a user and a worker) cannot
both win: whoever comes second changes no row and is told so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from downloads.actions import RESULTS, UNFINISHED
from downloads.ids import new_id, now
from downloads.tables import downloads, metadata

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from downloads.actions import Action
    from downloads.models import Choice

Row = dict[str, Any]
BUSY_SECONDS = 10
RECENT = 100


class Store:
    """The downloads table; safe to use from any thread."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        if url.startswith("sqlite"):
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
        metadata.create_all(self.engine)

    def add(self, choice: Choice) -> Row:
        """Put a wish at the end of the queue."""
        values = {
            "id": new_id(),
            "url": choice.url,
            "format": choice.format,
            "resolution": choice.resolution,
            "state": "queued",
            "attempt": 1,
            "run": 0,
            "created": now(),
        }
        last = sa.select(sa.func.coalesce(sa.func.max(downloads.c.position), 0) + 1)
        statement = downloads.insert().values(**values, position=last.scalar_subquery())
        with self.engine.begin() as connection:
            return dict(connection.execute(statement.returning(downloads)).mappings().one())

    def get(self, item: str) -> Row | None:
        """One download."""
        rows = self._read(downloads.select().where(downloads.c.id == item))
        return rows[0] if rows else None

    def page(
        self, *, states: Collection[str], text: str | None, before: str | None, limit: int
    ) -> Sequence[Row]:
        """At most `limit` downloads older than the id `before`, newest first."""
        statement = downloads.select().order_by(downloads.c.id.desc()).limit(limit)
        if states:
            statement = statement.where(downloads.c.state.in_(states))
        if text:
            wanted = [
                c.icontains(text, autoescape=True) for c in (downloads.c.title, downloads.c.url)
            ]
            statement = statement.where(sa.or_(*wanted))
        if before:
            statement = statement.where(downloads.c.id < before)
        return self._read(statement)

    def snapshot(self) -> Sequence[Row]:
        """Everything unfinished and the most recent of the rest, newest first."""
        unfinished = downloads.c.state.in_(UNFINISHED)
        recent = sa.select(downloads.c.id).where(~unfinished)
        recent = recent.order_by(downloads.c.id.desc()).limit(RECENT)
        statement = downloads.select().where(sa.or_(unfinished, downloads.c.id.in_(recent)))
        return self._read(statement.order_by(downloads.c.id.desc()))

    def act(self, item: str, action: Action) -> Row | None:
        """Do what a person asked for; None when the download's state does not allow it."""
        results = RESULTS[action]
        values: dict[str, Any] = {
            "state": sa.case(results, value=downloads.c.state),
            "finished": now() if action == "cancel" else None,
            "not_before": None,
        }
        if action == "retry":
            values |= {"attempt": 1, "error": None}
        return self._change(values, downloads.c.id == item, downloads.c.state.in_(results))

    def delete(self, item: str) -> Row | None:
        """Forget a download; what it was, or None if it is unknown."""
        statement = downloads.delete().where(downloads.c.id == item).returning(downloads)
        return self._write(statement)

    def claim(self, executor: str) -> Row | None:
        """Take the first of the queue that is due, for `executor` to work on."""
        due = sa.or_(downloads.c.not_before.is_(None), downloads.c.not_before <= now())
        first = sa.select(downloads.c.id).where(downloads.c.state == "queued", due)
        first = first.order_by(downloads.c.position).limit(1).with_for_update(skip_locked=True)
        values = {
            "state": "running",
            "executor": executor,
            "run": downloads.c.run + 1,
            "not_before": None,
            "error": None,
            "started": sa.func.coalesce(downloads.c.started, now()),
        }
        return self._change(
            values, downloads.c.id == first.scalar_subquery(), downloads.c.state == "queued"
        )

    def claimed(self, executor: str) -> Sequence[Row]:
        """What `executor` was working on when it ended."""
        running = downloads.select().where(
            downloads.c.state == "running", downloads.c.executor == executor
        )
        return self._read(running)

    def next_due(self) -> str | None:
        """When the next of the queue that waits may be started."""
        waiting = sa.select(sa.func.min(downloads.c.not_before)).where(
            downloads.c.state == "queued"
        )
        with self.engine.connect() as connection:
            due: str | None = connection.execute(waiting).scalar_one()
        return due

    def report(self, item: str, run: int, **values: Any) -> Row | None:  # noqa: ANN401 -- columns
        """Write what start number `run` found; None when that start is not the present one."""
        return self._change(
            values, downloads.c.id == item, downloads.c.run == run, downloads.c.state == "running"
        )

    def ids(self) -> Iterator[str]:
        """Every download whose staging folder may hold something of worth."""
        kept = sa.select(downloads.c.id).where(downloads.c.state.in_((*UNFINISHED, "failed")))
        with self.engine.connect() as connection:
            yield from connection.execute(kept).scalars()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    def _change(self, values: dict[str, Any], *where: sa.ColumnElement[bool]) -> Row | None:
        return self._write(downloads.update().where(*where).values(**values).returning(downloads))

    def _read(self, statement: sa.Select[Any]) -> list[Row]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def _write(self, statement: sa.Executable) -> Row | None:
        with self.engine.begin() as connection:
            row = connection.execute(statement).mappings().one_or_none()
        return dict(row) if row else None


def _prepare_sqlite(connection: Any, _: object) -> None:  # noqa: ANN401 -- the driver's
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.close()
