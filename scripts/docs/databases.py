"""The table of what the backend waits for: its database and its folders, told by the code."""

import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from domain.problems import UnavailableError
from files import folders
from scripts.docs.downloads import cell
from store import database_errors as errors

NAME = "data/app.db"
READ_ONLY = "cannot execute INSERT in a read-only transaction"
REFUSED = 'connection failed: FATAL:  password authentication failed for user "app"'
MORE = {
    "database-locked": "A database browser or a backup: `lsof data/app.db` shows it.",
    "database-read-only": "And its folder: `chmod u+w data data/app.db*`",
    "database-damaged": "To begin anew: `mkdir data/damaged && mv data/app.db* data/damaged/`. The "
    "files of finished downloads stay in `data/media`.",
    "database-password": 'With compose: `docker compose exec database psql -U app -c "\\password"`',
    "database-replaced": "What is at its place now is used, and what was acknowledged since then "
    "is in it.",
    "database-worked-on": "`lsof data/app.db` shows which. Links are taken and kept meanwhile; the "
    "other one downloads them.",
    "database-standby": "It is a standby of PostgreSQL, or was told to only read.",
}
"""What else there is to know of some."""


def databases() -> str:
    """A row for each trouble, in the backend's own words."""
    rows = ["| it says, for example | do this | more |", "|---|---|---|"]
    for kind, trouble in troubles().items():
        cells = (trouble.detail, trouble.fix, MORE.get(kind, ""))
        rows.append(f"| {' | '.join(map(cell, cells))} |")
    return "\n".join(rows)


@cache
def troubles() -> dict[str, UnavailableError]:
    """What is said of the database of a project, by kind."""
    return {str(each.kind): each for each in _all()}


def _all() -> Iterator[UnavailableError]:
    yield errors.explain(NAME, Exception("database is locked"))
    yield errors.worked_on(NAME)
    yield _read_only()
    yield errors.explain(NAME, Exception("file is not a database"))
    yield errors.newer(NAME, "9999", "0031")
    yield errors.explain(NAME, Exception("database or disk is full"))
    yield errors.explain("app", Exception(REFUSED))
    yield errors.explain(NAME, Exception("unable to open database file"))
    yield errors.explain(NAME, Exception("no such table: downloads"))
    yield errors.replaced(NAME)
    yield errors.explain("app", Exception(READ_ONLY))
    yield errors.busy()
    yield errors.pooled()
    data = Path("data")
    yield folders.of_another(data, data, 0, 0o755, user=1000, group=1000)
    yield folders.unavailable(data, NotADirectoryError(20, "Not a directory"))


def _read_only() -> UnavailableError:
    """As it is with what SQLite keeps beside a database that is open."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, NAME)
        file.parent.mkdir()
        for end in ("", "-wal", "-shm"):
            Path(f"{file}{end}").touch()
        told = errors.explain(str(file), Exception("attempt to write a readonly database"))
    here = f"{folder}/"
    return UnavailableError(
        told.detail.replace(here, ""), told.fix.replace(here, ""), kind=told.kind
    )
