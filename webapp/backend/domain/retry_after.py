"""How long a server asks to be left alone: the header Retry-After (RFC 9110, 10.2.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MOST_SECONDS = 3600
"""The longest that is believed."""
DIGITS = 9


def seconds_asked(header: str | None) -> float:
    """Seconds that the header asks for, as a number or as a date; 0 where it says nothing."""
    told = (header or "").strip()
    if told.isascii() and told.isdigit():
        seconds = float(told[:DIGITS])
    else:
        try:
            moment = parsedate_to_datetime(told)
        except (TypeError, ValueError, IndexError):
            return 0.0
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (zoned - datetime.now(UTC)).total_seconds()
    return min(float(MOST_SECONDS), max(0.0, seconds))
