"""The finished files that a backup lists: which there were, and which are there now."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, select

from scripts.backup.archive import Row
from store.tables import downloads


def listed(connection: Connection, media: Path) -> Iterator[Row]:
    """Every file that the library names, with its bytes on the disk; None where it is not there."""
    named = select(downloads.c.file_name).where(downloads.c.file_name.is_not(None))
    for name in connection.execute(named.order_by(downloads.c.number)).scalars():
        yield {"name": name, "bytes": _size(media / name)}


def differing(rows: Iterator[Row], media: Path) -> Iterator[str]:
    """What is not as the backup lists it, in words."""
    for row in rows:
        now = _size(media / row["name"])
        if row["bytes"] is not None and now != row["bytes"]:
            is_there = "is not there" if now is None else f"has {now} bytes"
            yield f"{row['name']} {is_there}, it had {row['bytes']}"


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
