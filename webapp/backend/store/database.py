"""The connection to the database: how it is opened, and that it stays the one that was opened.

SQLite goes on writing into a file that was deleted or replaced, and nothing of it is left when the
process ends. So a connection whose file is not the one at its path any more is given up before it
is used, and nothing is committed into it; what is at the path now is opened like at the start.
"""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store.database_errors import busy, replaced, translate
from store.urls import PATIENCE

REPLACED = "%s was deleted or replaced while it was used; what is there now is opened."
BUSY_TIMEOUT_SECONDS = 10
"""For a lock that another program holds."""
POOL_TIMEOUT_SECONDS = 30
"""For a connection that another thread uses."""

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logging.getLogger("uvicorn.error")


def connect(url: str, prepare: Callable[[sa.Engine], None]) -> sa.Engine:
    """The way to a database, which `prepare` makes ready for use: now, and whenever it is another.

    Raises:
        DatabaseUnavailableError: when it cannot be used.

    """
    engine = _engine(url)
    if engine.dialect.name == "sqlite":
        _make_private(engine)
        again = _engine(url, poolclass=sa.NullPool)

        def require_same_file(_: object, record: Any, __: object) -> None:  # noqa: ANN401 - the pool's
            if _file_at(record.info["path"]) != record.info["file"]:
                log.error(REPLACED, record.info["path"])
                _make_private(again)
                prepare(again)
                raise sa.exc.DisconnectionError  # the pool opens another connection

        sa.event.listen(engine, "checkout", require_same_file)
        sa.event.listen(engine, "commit", _refuse_to_lose)
    try:
        prepare(engine)
    except BaseException:
        engine.dispose()  # it is opened again and again until it can be used
        raise
    return engine


@contextmanager
def durably(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that is on the disk when it has ended.

    In WAL mode SQLite's `synchronous=NORMAL` loses the last transactions in a power cut, though
    never in a crash (https://www.sqlite.org/pragma.html#pragma_synchronous). PostgreSQL's commits
    are on the disk.
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if sqlite:
            connection.exec_driver_sql("PRAGMA synchronous=FULL")
            connection.commit()
        try:
            with connection.begin():
                yield connection
        finally:
            if sqlite:
                connection.exec_driver_sql("PRAGMA synchronous=NORMAL")


class _Pool(sa.QueuePool):
    """Says of itself that it is empty, which is nothing that a driver would complain of."""

    def connect(self) -> sa.PoolProxiedConnection:
        try:
            return super().connect()
        except sa.exc.TimeoutError as error:
            raise busy() from error


def _engine(url: str, **options: Any) -> sa.Engine:  # noqa: ANN401 - SQLAlchemy's
    options = options or {"poolclass": _Pool, "pool_timeout": POOL_TIMEOUT_SECONDS}
    if url.startswith("sqlite"):
        engine = sa.create_engine(url, **options)
        sa.event.listen(engine, "connect", _prepare_sqlite)
    else:
        engine = sa.create_engine(url, pool_pre_ping=True, connect_args=PATIENCE, **options)
        sa.event.listen(engine, "do_connect", _connect_postgresql)
        sa.event.listen(engine, "connect", _prepare_postgresql)
    translate(engine)
    return engine


def _make_private(engine: sa.Engine) -> None:
    """Make the file of a new database for its owner only; SQLite's others beside it follow it."""
    file = engine.url.database
    with suppress(OSError):  # whatever is wrong with the place, opening it says better
        if file and not Path(file).exists():
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _prepare_sqlite(connection: Any, record: Any) -> None:  # noqa: ANN401 - the driver's
    try:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        path = connection.execute("PRAGMA database_list").fetchone()[2]
    except BaseException:
        connection.close()  # the pool does not know it yet
        raise
    record.info.update(path=path, file=_file_at(path))


def _connect_postgresql(_: object, __: object, given: Any, named: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's
    from store.postgres import Connection  # loads PostgreSQL's client

    return Connection.connect(*given, **named)


def _prepare_postgresql(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{BUSY_TIMEOUT_SECONDS}s'")
    connection.commit()


def _file_at(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - asked for every statement
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _refuse_to_lose(connection: sa.Connection) -> None:
    info = connection.info
    if _file_at(info["path"]) != info["file"]:
        raise replaced(info["path"])
