"""Identifiers that sort by the time of their making, and timestamps that sort as texts."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
TIME_DIGITS, RANDOM_DIGITS = 10, 16
PATTERN = rf"^[{ALPHABET}]{{{TIME_DIGITS + RANDOM_DIGITS}}}$"


def new_id() -> str:
    """26 letters and digits: 48 bits of milliseconds, then 80 random ones (a ULID's layout)."""
    return _digits(time.time_ns() // 1_000_000, TIME_DIGITS) + _digits(
        secrets.randbits(5 * RANDOM_DIGITS), RANDOM_DIGITS
    )


def _digits(number: int, count: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(count)))


def seconds_until(moment: str) -> float:
    """From now to a timestamp; below 0 when it is past."""
    return (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds()


def now(*, after: float = 0.0) -> str:
    """The present, or `after` seconds from now: ISO 8601, UTC, milliseconds, `Z`."""
    return timestamp(datetime.now(UTC) + timedelta(seconds=after))


def timestamp(moment: datetime) -> str:
    """A moment of UTC as it is kept: ISO 8601, milliseconds, `Z`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
