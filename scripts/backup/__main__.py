"""Back up what the app knows, or restore it: `make backup`, `make restore from=FILE`.

A backup may be taken while the app runs; to restore it has to be stopped. "-" is standard output or
input. Exit code 0 if it was done, else 1 with the reason.
"""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sqlalchemy.exc import SQLAlchemyError

import settings
from domain.failures import DownloadError
from domain.problems import Problem
from scripts.backup.archive import (
    FILES,
    FORMAT,
    About,
    BadArchiveError,
    Reader,
    Writer,
    table_file,
)
from scripts.backup.database import RefusedError, holds_something, moment, put_back, read
from scripts.backup.files import differing, listed, place_of
from settings import Settings, SettingsError
from store.migrate import VERSIONS
from store.tables import metadata

TOLD = 20
"""Files that are named; of more only the number is told."""


def main() -> int:
    """Do what is asked; the exit code."""
    options = _options()
    try:
        chosen = settings.load()
        if options.action == "restore":
            _restore(chosen, options.file, replace=options.replace)
        else:
            _say(f"Kept in {_keep(chosen, options.file)}.")
    except (SettingsError, RefusedError, BadArchiveError, Problem, OSError) as error:
        _say(str(error))
        return 1
    except DownloadError as error:
        _say(f"{error.sentence} {error.fix}")
        return 1
    except SQLAlchemyError as error:
        _say(f"The database cannot be used: {str(error).partition(chr(10))[0]}")
        return 1
    return 0


def _keep(chosen: Settings, file: str | None) -> str:
    """Write a backup; where it is."""
    now = datetime.now(UTC)
    if file == "-":
        _write(chosen, sys.stdout.buffer, now)
        return "standard output"
    target = Path(file or chosen.data_dir / f"backups/{now:%Y-%m-%d-%H%M%S}.zip")
    with _whole(target) as opened:
        _write(chosen, opened, now)
    return str(target)


def _write(chosen: Settings, file: IO[bytes], now: datetime) -> None:
    writer, counts = Writer(file), {}
    with moment(chosen.database_url) as connection:
        for table in metadata.sorted_tables:
            counts[table.name] = writer.rows(table_file(table.name), read(connection, table))
        writer.rows(FILES, listed(connection, place_of(chosen)[1]))
        writer.finish(About(FORMAT, now.isoformat(), VERSIONS[-1], connection.dialect.name, counts))


def _restore(chosen: Settings, file: str, *, replace: bool) -> None:
    source = io.BytesIO(sys.stdin.buffer.read()) if file == "-" else Path(file).open("rb")  # noqa: SIM115
    with source:
        backup = Reader(source)
        if holds_something(chosen.database_url) and replace:
            _say(f"What was there is kept in {_keep(chosen, None)}.")
        put_back(chosen.database_url, backup, replace=replace)
        rows = backup.about.tables["downloads"]
        _say(f"Restored: {rows} downloads, as of {backup.about.created}.")
        place, size = place_of(chosen)
        wrong = list(differing(backup.rows(FILES), size))
    for line in wrong[:TOLD]:
        _say(f"  {line}")
    if wrong:
        _say(f"{len(wrong)} files are not as they were: copy them back into {place}.")


@contextlib.contextmanager
def _whole(target: Path) -> Iterator[IO[bytes]]:
    """A file that is there once it is complete, for its owner's eyes only."""
    target.parent.mkdir(parents=True, exist_ok=True)
    making = target.with_name(target.name + ".new")
    try:
        with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        making.replace(target)
    finally:
        making.unlink(missing_ok=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.backup", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    keep = actions.add_parser("keep", help="write a backup")
    keep.add_argument("file", nargs="?", help="default: backups/ in DATA_DIR, named by the time")
    back = actions.add_parser("restore", help="bring the database back to what it was")
    back.add_argument("file")
    back.add_argument("--replace", action="store_true", help="also where it holds something")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
