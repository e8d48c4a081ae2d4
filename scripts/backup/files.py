"""The finished files that a backup lists: which there were, and which are there now."""

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, select

from files.published import Published
from files.shelf import Shelf
from scripts.backup.archive import Row
from settings import Settings
from store.tables import downloads

Size = Callable[[str], int | None]
"""The bytes of a file by its name; None where it is not there."""


def place_of(chosen: Settings) -> tuple[str, Size]:
    """Where finished files are, for people; and how large one is there."""
    if chosen.bucket is None:
        return str(chosen.media_dir), _by_disk(Shelf(chosen.media_dir))
    from files.bucket import Bucket  # loads botocore

    return chosen.bucket.url, Bucket(chosen.bucket).size


def _by_disk(published: Published) -> Size:
    def size(name: str) -> int | None:
        try:
            return published.size(name)
        except OSError:
            return None

    return size


def listed(connection: Connection, size: Size) -> Iterator[Row]:
    """Every file that the library names, with its bytes now; None where it is not there."""
    named = select(downloads.c.file_name).where(downloads.c.file_name.is_not(None))
    for name in connection.execute(named.order_by(downloads.c.number)).scalars():
        yield {"name": name, "bytes": size(name)}


def differing(rows: Iterator[Row], size: Size) -> Iterator[str]:
    """What is not as the backup lists it, in words."""
    for row in rows:
        now = size(row["name"])
        if row["bytes"] is not None and now != row["bytes"]:
            is_there = "is not there" if now is None else f"has {now} bytes"
            yield f"{row['name']} {is_there}, it had {row['bytes']}"
