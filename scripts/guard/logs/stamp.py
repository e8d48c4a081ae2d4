"""The stamp that begins each line of a log's file: a second, in UTC.

So no change of the clock, summer time or a journey, moves a line. Stamps sort as texts. Files of
earlier versions have the local time without a zone, which is read too.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FORMAT = "%Y-%m-%d %H:%M:%SZ"
_LINE = re.compile(rb"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(Z?) (.*)", re.DOTALL)


def of(moment: datetime) -> str:
    """Return the stamp of a moment, which has a zone or is local."""
    return moment.astimezone(UTC).strftime(_FORMAT)


def of_second(second: int) -> str:
    """Return the stamp of a second since 1970."""
    return of(datetime.fromtimestamp(second, UTC))


def moment(stamp: str) -> datetime:
    """Return the moment of a stamp, in UTC; raises `ValueError` where it is none."""
    return datetime.strptime(stamp, _FORMAT).replace(tzinfo=UTC)


def second(stamp: str) -> int:
    """Return the seconds since 1970 of a stamp."""
    return int(moment(stamp).timestamp())


def split(line: bytes) -> tuple[str, bytes] | None:
    """Return the stamp of a line of a file, and the line without it; None where it has none.

    A line without a stamp was torn when the machine went down, or is the end of such a one.
    """
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    written, zone, text = match.groups()
    if zone:
        return f"{written.decode()}Z", text
    try:
        return of(datetime.fromisoformat(written.decode())), text
    except (ValueError, OSError, OverflowError):  # no such day
        return None
