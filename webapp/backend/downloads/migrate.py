"""Opens the database: brings it to the version that this program knows, or says why not.

A database that is newer, damaged, locked or read-only is named and left exactly as it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, OperationalError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

FOLDER = Path(__file__).parent / "migrations"
VERSIONS = tuple(sorted(path.name[1:5] for path in (FOLDER / "versions").glob("m*.py")))
LOCK = 7_214_883
"""Any number: only one process on a shared database migrates at a time."""


class DatabaseUnusableError(Exception):
    """The database cannot be used; the message says why and what to do."""


def migrate(engine: Engine) -> None:
    """Bring the database up to date.

    Raises:
        DatabaseUnusableError: when it is newer than this program, or cannot be read or written.

    """
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({LOCK})"))
            version = _version(connection)
            if version is not None and version not in VERSIONS:
                raise DatabaseUnusableError(
                    f"{_name(engine)} was written by a newer version of this program "
                    f"({version}; this one knows {VERSIONS[-1]}). Update the program, or give "
                    "another DATABASE_URL."
                )
            if version != VERSIONS[-1]:
                _upgrade(connection)
    except DatabaseError as error:
        raise DatabaseUnusableError(explain(engine, error)) from error


def explain(engine: Engine, error: DatabaseError) -> str:
    """Why the database failed, in a sentence with the next step."""
    name, reason = _name(engine), str(error.orig).strip().partition("\n")[0]
    if "locked" in reason:
        return f"{name} is locked by another program. Close it, then retry."
    if "readonly" in reason or "read-only" in reason:
        return f"{name} is read-only. Make it writable: chmod u+w {name}"
    if "not a database" in reason or "malformed" in reason:
        return (
            f"{name} is damaged ({reason}). It is kept as it is: move it away to begin anew, "
            "or restore it from a backup."
        )
    if "unable to open" in reason or isinstance(error, OperationalError):
        return f"{name} cannot be opened: {reason}. Check DATABASE_URL and the folder's rights."
    return f"{name} failed: {reason}."


def _name(engine: Engine) -> str:
    return engine.url.database or engine.url.render_as_string()


def _version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version"))
    version: str | None = found.scalar_one_or_none()
    return version


def _upgrade(connection: Connection) -> None:
    from alembic import command  # a tenth of a second: only when there is something to do
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
