"""How many columns of a terminal a text takes."""

from __future__ import annotations


def display_width(text: str) -> int:
    """Return the columns that a text without control characters takes (UAX #11)."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(character) else 1 + (east_asian_width(character) in "WF")
        for character in text
    )
