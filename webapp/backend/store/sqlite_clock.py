"""Gives a SQLite older than 3.42 the clock that DBOS asks it for.

DBOS takes Python 3.12 and newer to have a SQLite that knows `unixepoch('subsec')`. A Python that
was built on Debian 12 or Ubuntu 22.04 (by pyenv, say) has an older one, which answers NULL: the
engine could not start.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import sqlalchemy as sa

SUBSECONDS_SINCE = (3, 42, 0)


def provide() -> None:
    """Let every connection to SQLite that is made from now on have that clock."""
    is_listening = sa.event.contains(sa.Engine, "connect", prepare)
    if sqlite3.sqlite_version_info < SUBSECONDS_SINCE and not is_listening:
        sa.event.listen(sa.Engine, "connect", prepare)


def prepare(connection: Any, _: object = None) -> None:  # noqa: ANN401 -- the driver's
    """Let one connection have it; those of other drivers are left alone."""
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(what: str) -> float | None:
    """Seconds since 1970, to the millisecond; None for what nobody asks here, as for no time."""
    return round(time.time(), 3) if what == "subsec" else None
