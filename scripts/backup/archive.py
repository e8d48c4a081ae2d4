"""The ZIP that a backup is: written as a whole or not at all, checked before it is believed."""

import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import IO, Any

FORMAT = 1
ABOUT = "about.json"
FILES = "files.jsonl"
Row = dict[str, Any]


class BadArchiveError(Exception):
    """No backup, or none that can be read; the message says why."""


@dataclass(frozen=True)
class About:
    """What a backup is of."""

    format: int
    created: str
    """UTC, ISO 8601."""
    schema: str
    """The migration that the tables are of."""
    database: str
    """sqlite or postgresql."""
    tables: dict[str, int]
    """Rows of each table."""


class Writer:
    """Takes the tables, then what they are of."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)

    def rows(self, name: str, rows: Iterable[Row]) -> int:
        """Write JSON lines; the number of rows."""
        count = 0
        with self._zip.open(name, "w", force_zip64=True) as file:
            for count, row in enumerate(rows, 1):  # noqa: B007 - counted, not used
                file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        return count

    def finish(self, about: About) -> None:
        """Without this it is no backup."""
        self._zip.writestr(ABOUT, json.dumps(asdict(about), indent=2))
        self._zip.close()


class Reader:
    """Reads what a `Writer` wrote.

    Raises:
        BadArchiveError: at once, where the whole is not readable.

    """

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
            damaged = self._zip.testzip()
            self.about = About(**json.loads(self._zip.read(ABOUT)))
        except (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, OSError) as error:
            message = f"This is no backup, or only a part of one: {error}."
            raise BadArchiveError(message) from error
        if damaged:
            message = f"The backup is damaged: {damaged} cannot be read."
            raise BadArchiveError(message)
        if self.about.format != FORMAT:
            message = f"The backup is of format {self.about.format}; this program reads {FORMAT}."
            raise BadArchiveError(message)

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a table, or of `FILES`; none where there is no such."""
        if name in self._zip.namelist():
            with self._zip.open(name) as file:
                yield from map(json.loads, file)


def table_file(table: str) -> str:
    """Where a table's rows are."""
    return f"tables/{table}.jsonl"
