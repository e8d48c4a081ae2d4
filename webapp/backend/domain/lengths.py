"""A number of bytes as a header tells it, which may say anything."""

from __future__ import annotations

DIGITS = 18
"""No file needs more; `int` refuses thousands of them."""


def length(told: str | None) -> int | None:
    """Bytes that a header tells; None where it tells none."""
    text = told or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else None
