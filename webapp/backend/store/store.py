"""Our own tables: the one truth about what the user wants and has.

Every change is one conditional statement, so that two processes (or a user and a worker) cannot
both win: whoever comes second changes no row and is told so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from domain.actions import RESULTS
from domain.ids import now
from store import breaker, outbox
from store.database import connect, durably
from store.database_errors import name_of
from store.enqueue import enqueue
from store.migrate import migrate
from store.names import KEPT
from store.paging import title_key
from store.positions import LAST, in_front_of
from store.tables import controls, downloads
from store.turns import Turn, take_turn
from store.upsert import insert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from domain.actions import Action
    from domain.requests import DownloadRequest

Row = dict[str, Any]
AT_REST = (downloads.c.state == "done", downloads.c.moving.is_(None))
"""Finished, and its files are where they are said to be."""


class Store:
    """The database; safe to use from any thread.

    Everything here raises `DatabaseUnavailableError` while the database is locked, damaged, gone.
    """

    def __init__(self, url: str) -> None:
        self.engine = connect(url, migrate)
        self.sqlite = self.engine.dialect.name == "sqlite"

    @property
    def name(self) -> str:
        """What the database is called in messages."""
        return name_of(self.engine)

    def open(self) -> None:
        """Make the tables, where they are missing, and bring them up to date.

        To be called again when something was wrong: the database may be another one by now.

        Raises:
            DatabaseUnavailableError: when it is newer than this program, or cannot be used.

        """
        migrate(self.engine)

    def add(self, requests: Iterable[DownloadRequest]) -> Sequence[Row]:
        """Put wishes at the end of the queue, all or none.

        What this returns survives a power cut, too: see `durably`.
        """
        with self.durably() as connection:
            return enqueue(connection, requests)

    def get(self, item: str) -> Row | None:
        """One download."""
        return self._one(downloads.select().where(downloads.c.id == item))

    def get_many(self, items: Sequence[str]) -> dict[str, Row]:
        """Those of these downloads that there are, by their ids."""
        rows = self.read(downloads.select().where(downloads.c.id.in_(items)))
        return {row["id"]: row for row in rows}

    def act(self, item: str, action: Action) -> Row | None:
        """Do what a person asked for; None when the download's state does not allow it."""
        results = RESULTS[action]
        values: Row = {
            "state": sa.case(results, value=downloads.c.state),
            "finished": now() if action == "cancel" else None,
            "not_before": None,
        }
        if action == "retry":
            values |= {"attempt": 1, "error": None, "notes": []}
        if action in {"retry", "stop"}:
            values |= {"stopping": action == "stop", "attempt": 1}
        if action == "cancel":  # what is only being completed stays as it was
            whole = downloads.c.file_name.is_not(None)
            values["moving"] = sa.case((whole, sa.null()), else_=downloads.c.moving)
            values["state"] = sa.case((whole, "done"), else_=values["state"])
        return self._change(values, downloads.c.id == item, downloads.c.state.in_(results))

    def renew(self, item: str) -> Row | None:
        """Queue a finished one anew: its file was lost. None when it is not finished."""
        lost: Row = {"file_name": None, "file_bytes": None, "sidecars": [], "finished": None}
        values = lost | {"state": "queued", "attempt": 1, "not_before": None, "notes": []}
        return self._change(values, downloads.c.id == item, *AT_REST)

    def complete(self, item: str) -> Row | None:
        """Queue a finished one for what it lacks; its file stays. None when it is not finished."""
        values: Row = {"state": "queued", "attempt": 1, "not_before": None}
        return self._change(values, downloads.c.id == item, *AT_REST)

    def begin_move(self, item: str, former: str, moving: Row) -> Row | None:
        """Note where a finished one's files are to go; None when they are not at rest there."""
        still = downloads.c.file_name == former
        return self._change({"moving": moving}, downloads.c.id == item, still, *AT_REST)

    def end_move(self, item: str, name: str, sidecars: Sequence[str], options: Row) -> Row | None:
        """Note that they are there; None when nobody wants it any more."""
        values: Row = {"file_name": name, "sidecars": list(sidecars), "options": options}
        under_way = downloads.c.moving.is_not(None)
        return self._change(values | {"moving": None}, downloads.c.id == item, under_way)

    def move(self, item: str, before: str | None) -> Row | None:
        """Put a queued download in front of another, or at the end; None when it is not queued."""
        queued = downloads.c.state == "queued"
        with self.engine.begin() as connection:
            take_turn(connection, Turn.MOVE)
            if before is None:
                place = connection.execute(LAST).scalar_one() + 1
            else:
                place = in_front_of(connection, before)
            if place is None:
                return None
            statement = downloads.update().where(downloads.c.id == item, queued)
            row = connection.execute(statement.values(position=place).returning(downloads))
            moved = row.mappings().one_or_none()
        return dict(moved) if moved else None

    def delete(self, item: str) -> Row | None:
        """Forget a download; what it was, or None if it is unknown."""
        statement = downloads.delete().where(downloads.c.id == item).returning(downloads)
        return self._write(statement)

    def delete_many(self, items: Sequence[str]) -> list[Row]:
        """Forget finished downloads at once; what those were that there still are."""
        mine = downloads.c.id.in_(items), downloads.c.state == "done"
        with self.engine.begin() as connection:
            rows = connection.execute(downloads.delete().where(*mine).returning(downloads))
            return [dict(row) for row in rows.mappings()]

    def claim(self, executor: str) -> Row | None:
        """Take the first of the queue that is due, for `executor` to work on."""
        due = sa.or_(downloads.c.not_before.is_(None), downloads.c.not_before <= now())
        may = sa.and_(downloads.c.state == "queued", due, breaker.is_closed())
        return self._claim(executor, may, ~breaker.is_suspect()) or self._claim(executor, may)

    def _claim(self, executor: str, *where: sa.ColumnElement[bool]) -> Row | None:
        first = sa.select(downloads.c.number).where(*where)
        first = first.order_by(downloads.c.position, downloads.c.number).limit(1)
        values = {
            "state": "running",
            "executor": executor,
            "run": downloads.c.run + 1,
            "not_before": None,
            "error": None,
            "started": sa.func.coalesce(downloads.c.started, now()),
        }
        number = first.with_for_update(skip_locked=True).scalar_subquery()
        statement = downloads.update().where(downloads.c.number == number)
        statement = statement.where(downloads.c.state == "queued").values(**values)
        with self.engine.begin() as connection:
            found = connection.execute(statement.returning(downloads)).mappings().one_or_none()
            if found:
                breaker.half_open(connection, found["host"])
        return dict(found) if found else None

    def running(self, executor: str) -> set[tuple[str, int]]:
        """What that process works on, as far as is known here: ids, each with its run."""
        of_it = sa.and_(downloads.c.state == "running", downloads.c.executor == executor)
        with self.engine.connect() as connection:
            found = connection.execute(sa.select(downloads.c.id, downloads.c.run).where(of_it))
            return {(row.id, row.run) for row in found}

    def next_due(self) -> str | None:
        """When the next of the queue that waits for a time may be started."""
        later = sa.and_(downloads.c.state == "queued", downloads.c.not_before > now())
        waiting = sa.select(sa.func.min(downloads.c.not_before)).where(later)
        with self.engine.connect() as connection:
            return cast("str | None", connection.execute(waiting).scalar_one())

    def report(
        self,
        item: str,
        run: int,
        *,
        host_is: breaker.HostIs | None = None,
        **values: Any,  # noqa: ANN401 - columns
    ) -> Row | None:
        """Write what start number `run` found; None when that start is not the present one.

        Who wants to be told of an end is noted with it, and what it tells the breaker of the
        download's host: all or none. That it is done survives a power cut: what it was made of is
        thrown away then.
        """
        if values.get("title"):
            values["title_key"] = title_key(values["title"])
        same = downloads.c.id == item, downloads.c.run == run, downloads.c.state == "running"
        statement = downloads.update().where(*same).values(**values).returning(downloads)
        done = values.get("state") == "done"
        with self.durably() if done else self.engine.begin() as connection:
            row = connection.execute(statement).mappings().one_or_none()
            if row and "finished" in values:
                outbox.note_end(connection, dict(row))
            if row and host_is == "well":
                breaker.record_success(connection, row["host"])
            if row and host_is == "ill":
                breaker.record_failure(connection, row["host"], item)
        return dict(row) if row else None

    def executors(self) -> Sequence[str]:
        """The processes that work on something, by what they said."""
        running = sa.select(downloads.c.executor).where(downloads.c.state == "running")
        with self.engine.connect() as connection:
            return [str(name) for name in connection.execute(running.distinct()).scalars()]

    def requeue_running(self, executor: str | None = None) -> Sequence[Row]:
        """Put what runs (under that process) back to its place in the queue."""
        running = downloads.update().where(downloads.c.state == "running")
        if executor is not None:
            running = running.where(downloads.c.executor == executor)
        with self.engine.begin() as connection:
            rows = connection.execute(running.values(state="queued").returning(downloads))
            return [dict(row) for row in rows.mappings()]

    def blocked_hosts(self) -> Sequence[Row]:
        """The hosts that are on hold now."""
        with self.engine.connect() as connection:
            return breaker.blocked_hosts(connection)

    def counts(self) -> dict[str, int]:
        """How many downloads are in each state that occurs."""
        statement = sa.select(downloads.c.state, sa.func.count()).group_by(downloads.c.state)
        with self.engine.connect() as connection:
            return {state: int(count) for state, count in connection.execute(statement)}

    def controls(self) -> dict[str, Any]:
        """What the operator set while running, by name."""
        with self.engine.connect() as connection:
            return {row.name: row.value for row in connection.execute(controls.select())}

    def set_control(self, name: str, value: object) -> None:
        """Remember what the operator set."""
        with self.engine.begin() as connection:
            new = insert(connection, controls).values(name=name, value=value)
            known = new.on_conflict_do_update(index_elements=["name"], set_={"value": value})
            connection.execute(known)

    def ids(self) -> Iterator[str]:
        """Every download whose staging folder may hold something of worth."""
        kept = sa.select(downloads.c.id).where(downloads.c.state.in_(KEPT))
        with self.engine.connect() as connection:
            yield from connection.execute(kept).scalars()

    def read(self, statement: sa.Select[Any]) -> list[Row]:
        """The rows of a question."""
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def durably(self) -> AbstractContextManager[sa.Connection]:
        """A transaction that is on the disk when it has ended."""
        return durably(self.engine)

    def _change(self, values: Row, *where: sa.ColumnElement[bool]) -> Row | None:
        return self._write(downloads.update().where(*where).values(**values).returning(downloads))

    def _one(self, statement: sa.Select[Any]) -> Row | None:
        rows = self.read(statement)
        return rows[0] if rows else None

    def _write(self, statement: sa.Executable) -> Row | None:
        with self.engine.begin() as connection:
            row = connection.execute(statement).mappings().one_or_none()
        return dict(row) if row else None
