"""Why the database cannot be used: from the driver's words to a sentence and what to do.

Whatever is wrong with it, the database itself is left exactly as it is.
"""

from __future__ import annotations

import shlex
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError

from domain.problems import DatabaseUnavailableError, UnavailableError

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine import ExceptionContext

ITSELF = "the backend goes on by itself"
UNDEFINED_TABLE = "42P01"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def newer(name: str, version: str, known: str) -> DatabaseUnavailableError:
    """It was written by a version of this program that is not known here."""
    return DatabaseUnavailableError(
        f"{name} was written by a newer version of this program ({version}; this one knows "
        f"{known}).",
        "Update the program, or give another DATABASE_URL and restart the backend.",
        kind="database-newer",
        name=name,
        version=version,
        known=known,
    )


def replaced(name: str) -> DatabaseUnavailableError:
    """Its file is another one than that which was opened, or none."""
    return DatabaseUnavailableError(
        f"{name} was deleted or replaced.",
        "Send it again in a moment.",
        kind="database-replaced",
        name=name,
    )


def worked_on(name: str) -> DatabaseUnavailableError:
    """One backend at a time works on what is in a file."""
    return DatabaseUnavailableError(
        f"Another backend works on {name}.",
        "Stop it, or give this one another DATABASE_URL; it goes on by itself then.",
        kind="database-worked-on",
        name=name,
    )


def busy() -> UnavailableError:
    """Nothing is wrong with it: others use all that there is of it."""
    sentence, fix = "Every connection to the database is in use.", "Retry in a moment."
    return UnavailableError(sentence, fix, kind="database-busy")


def pooled() -> DatabaseUnavailableError:
    """Its address is that of a program which gives each transaction another session."""
    return DatabaseUnavailableError(
        "DATABASE_URL leads to a pooler in transaction mode (PgBouncer?), where locks and "
        "notifications of a session are lost.",
        "Give the address of PostgreSQL itself, or set pool_mode = session.",
        kind="database-pooler",
    )


def explain(name: str, error: BaseException | None) -> DatabaseUnavailableError:
    """Name what the driver complains about."""
    reason = str(error).strip().partition("\n")[0]
    match reason.lower():
        case text if "locked" in text:
            kind = "database-locked"
            detail, fix = "is locked by another program.", f"Close that program; {ITSELF}."
        case text if "read-only transaction" in text:
            kind = "database-standby"
            detail = f"takes no changes ({reason})."
            fix = f"Give the address of the primary in DATABASE_URL, or let it write; {ITSELF}."
        case text if "readonly" in text or "read-only" in text:
            kind = "database-read-only"
            detail, fix = "is read-only.", f"Make it writable ({_chmod(name)}); {ITSELF}."
        case text if "not a database" in text or "malformed" in text:
            kind = "database-damaged"
            detail = f"is damaged ({reason}). It is kept as it is."
            fix = f"Restore it from a backup, or move it away to begin anew; {ITSELF}."
        case text if "password authentication failed" in text:
            kind = "database-password"
            detail = "refuses the password: a database keeps the one that it was made with."
            fix = (
                "Give that one (DATABASE_PASSWORD; POSTGRES_PASSWORD with compose) and restart, or "
                f"set the new one in the database with psql's \\password; {ITSELF} then."
            )
        case text if "no such table" in text or ("relation" in text and "does not exist" in text):
            kind = "database-tables"
            detail = f"has lost tables ({reason})."
            fix = f"Restore it from a backup, or move it away to begin anew; {ITSELF}."
        case text if "is full" in text:
            kind = "database-full"
            detail, fix = "cannot grow: the disk is full.", f"Free some space; {ITSELF}."
        case text:
            kind = "database-unusable"
            verb = "opened" if "unable to open" in text else "used"
            detail = f"cannot be {verb}: {reason}."
            fix = f"Check DATABASE_URL and who may write to its folder; {ITSELF}."
    return DatabaseUnavailableError(
        *(f"{name} {detail}", fix), kind=kind, name=name, why=reason, chmod=_chmod(name)
    )


def _chmod(name: str) -> str:
    """The command that makes a database writable, with what SQLite keeps beside it."""
    beside = [name, *(f"{name}{end}" for end in ("-wal", "-shm"))]
    files = [each for each in beside if Path(each).exists()] or [name]
    return f"chmod u+w {' '.join(map(shlex.quote, files))}"


def translate(engine: Engine) -> None:
    """Raise `DatabaseUnavailableError` for whatever the state of the database makes fail.

    A file that was opened read-only stays so, whatever becomes of it, and the address of a standby
    may be the primary's by now: no connection of that time is used again.
    """

    def replace(context: ExceptionContext) -> BaseException | None:
        error, told = context.original_exception, context.sqlalchemy_exception
        # The base class itself is how SQLite tells of damage; its other kinds are faults of ours.
        known = (
            type(error) is sqlite3.DatabaseError
            or getattr(error, "sqlstate", None) == UNDEFINED_TABLE
            or isinstance(told, OperationalError | InternalError)
            or (isinstance(told, DBAPIError) and told.connection_invalidated)
        )
        if "readonly" in str(error) or "read-only" in str(error):
            context.is_disconnect = True
        return explain(name_of(engine), error) if known and not context.is_pre_ping else None

    sa.event.listen(engine, "handle_error", replace, retval=True)


def name_of(engine: Engine) -> str:
    """The file, or the name that it has on its server."""
    return engine.url.database or engine.url.render_as_string()
