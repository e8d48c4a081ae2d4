"""Numbers of things, as people say them."""

from __future__ import annotations


def counted(number: int, thing: str) -> str:
    """Return ``1 line`` or ``1,234 lines``, of a thing whose name takes an s."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
