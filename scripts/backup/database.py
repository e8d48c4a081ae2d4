"""The database of a backup: read in one moment while others write, and put back as a whole."""

import contextlib
import fcntl
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from sqlalchemy import Connection, Engine

from engine.postgres_lease import CLASS
from scripts.backup.archive import Reader, Row, table_file
from store.migrate import VERSIONS, config
from store.tables import metadata
from store.urls import sibling_path

BATCH = 1000
SEARCH = "downloads_text"
"""SQLite's index for searching: made and filled by the migrations' triggers."""


class RefusedError(Exception):
    """It would lose something, or cannot be; the message says what to do."""


def version_of(connection: Connection) -> str | None:
    """The migration that the tables are of; None where there are none."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(
        sa.text("SELECT version_num FROM alembic_version")
    ).scalar_one_or_none()


@contextlib.contextmanager
def moment(url: str) -> Iterator[Connection]:
    """The database as it is now, however long it is read: writers go on meanwhile.

    Raises:
        RefusedError: when its tables are not those that this program knows.

    """
    with _transaction(_engine(url), "BEGIN", "REPEATABLE READ") as connection:
        version = version_of(connection)
        if version != VERSIONS[-1]:
            message = (
                f"The database is of version {version or 'none'}, this program's is "
                f"{VERSIONS[-1]}: start the app once, it brings it up to date; or use the program "
                "that wrote it."
            )
            raise RefusedError(message)
        yield connection


def holds_something(url: str) -> bool:
    """Whether there are tables that a restore would replace."""
    if url.startswith("sqlite:"):
        Path(sibling_path(url, "engine.lock")).parent.mkdir(parents=True, exist_ok=True)
    with _engine(url).connect() as connection:
        return version_of(connection) is not None


def read(connection: Connection, table: sa.Table) -> Iterator[Row]:
    """Every row, without what the database computes itself."""
    columns = [column for column in table.columns if column.computed is None]
    chosen = sa.select(*columns).order_by(*table.primary_key)
    found = connection.execution_options(yield_per=BATCH).execute(chosen)
    for row in found.mappings():
        yield dict(row)


def put_back(url: str, backup: Reader, *, replace: bool) -> None:
    """Bring the database back to what it was, all or nothing.

    Raises:
        RefusedError: when it is in use, holds something and `replace` is not given, or is of a
            program that is older than the backup.

    """
    if backup.about.schema not in VERSIONS:
        message = (
            f"The backup is of a newer program (tables of version {backup.about.schema}; this one "
            f"knows {VERSIONS[-1]}). Update it first."
        )
        raise RefusedError(message)
    with _unused(url), _transaction(_engine(url), "BEGIN IMMEDIATE", "SERIALIZABLE") as connection:
        _demand_unused(connection)
        if not replace and (rows := _count(connection)):
            message = (
                f"The database holds {rows} downloads, which would be lost. Give replace=1 "
                "(--replace) if that is meant: a backup of it is kept first."
            )
            raise RefusedError(message)
        _drop(connection)
        command.upgrade(config(connection), backup.about.schema)
        for name in backup.about.tables:
            _insert(connection, name, backup.rows(table_file(name)))
        command.upgrade(config(connection), "head")


def _engine(url: str) -> Engine:
    """One whose connections are closed with their blocks, however those end."""
    return sa.create_engine(url, poolclass=sa.NullPool)


@contextlib.contextmanager
def _transaction(engine: Engine, sqlite: str, isolation: str) -> Iterator[Connection]:
    """One transaction in earnest: Python's driver of SQLite would begin it at the first write."""
    if engine.dialect.name == "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(sqlite)
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
    else:
        with (
            engine.connect().execution_options(isolation_level=isolation) as connection,
            connection.begin(),
        ):
            yield connection


@contextlib.contextmanager
def _unused(url: str) -> Iterator[None]:
    """SQLite: hold what a running backend holds."""
    if not url.startswith("sqlite:"):
        yield
        return
    with Path(sibling_path(url, "engine.lock")).open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = "The app runs: stop it first (make stop), then restore."
            raise RefusedError(message) from None
        yield


def _demand_unused(connection: Connection) -> None:
    """PostgreSQL: every running backend holds an advisory lock of our class."""
    if connection.dialect.name != "postgresql":
        return
    held = sa.text(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
        "WHERE locktype = 'advisory' AND classid = :class AND datname = current_database()"
    )
    if running := connection.execute(held, {"class": CLASS}).scalar_one():
        message = (
            f"{running} backends use this database: stop them first (make stop; docker compose "
            "stop backend), then restore."
        )
        raise RefusedError(message)


def _count(connection: Connection) -> int:
    if not sa.inspect(connection).has_table("downloads"):
        return 0
    return int(connection.execute(sa.text("SELECT count(*) FROM downloads")).scalar_one())


def _drop(connection: Connection) -> None:
    names = [*(table.name for table in metadata.sorted_tables), "alembic_version"]
    if connection.dialect.name == "sqlite":
        names.insert(0, SEARCH)
    for name in names:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")


def _insert(connection: Connection, name: str, rows: Iterator[Row]) -> None:
    """Into the table as it was then: a migration that comes after fills in what is new."""
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    for column in table.columns:
        if isinstance(column.type, sa.JSON):
            column.type.none_as_null = True
    while batch := list(islice(rows, BATCH)):
        connection.execute(table.insert(), batch)
    number = table.columns.get("number")
    if connection.dialect.name == "postgresql" and number is not None:
        # What was numbered by us does not move the counter.
        last = sa.func.coalesce(sa.func.max(number), 0) + 1
        counter = sa.func.pg_get_serial_sequence(name, "number")
        connection.execute(sa.select(sa.func.setval(counter, last, False)))  # noqa: FBT003 - SQL's
