"""Opens the database: brings it to the version that this program knows, or says why not.

A database that is newer, damaged, locked or read-only is named and left exactly as it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store.database_errors import name_of, newer
from store.turns import Turn, take_turn

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, Engine

FOLDER = Path(__file__).parent / "migrations"
VERSIONS = tuple(sorted(path.name[1:5] for path in (FOLDER / "versions").glob("m*.py")))
NO_CHANGE = "UPDATE alembic_version SET version_num = version_num WHERE 1 = 0"


def migrate(engine: Engine) -> None:
    """Bring the database up to date.

    Raises:
        DatabaseUnavailableError: when it is newer than this program, or cannot be read or written.

    """
    with engine.begin() as connection:
        take_turn(connection, Turn.MIGRATE)
        version = _version(connection)
        if version is not None and version not in VERSIONS:
            raise newer(name_of(engine), version, VERSIONS[-1])
        if version != VERSIONS[-1]:
            _give_time(connection)
            _upgrade(connection)
        connection.exec_driver_sql(NO_CHANGE)  # to find out now whether it can be written


def _give_time(connection: Connection) -> None:
    """A large table takes a server of PostgreSQL as long as it takes; SQLite is no server."""
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        driver.patience = None
        connection.detach()  # it is closed afterwards, as nobody else is to wait like this


def _version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version"))
    version: str | None = found.scalar_one_or_none()
    return version


def config(connection: Connection) -> Config:
    """What Alembic's commands take."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["connection"] = connection
    return made


def _upgrade(connection: Connection) -> None:
    from alembic import command  # a tenth of a second: only when there is something to do

    command.upgrade(config(connection), "head")
