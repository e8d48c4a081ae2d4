"""What stands before a line of the merged log: the time and the name, as honcho prints them."""

from __future__ import annotations

from collections.abc import Iterable

GUARD = "guard"
_TIME, _BAR = len("HH:MM:SS "), len(" | ")


def own_name(services: Iterable[str]) -> str:
    """Return the name of the guard's own lines; some projects have a line called `guard`."""
    return "procguard" if GUARD in services else GUARD


def width(services: Iterable[str], *, time: bool) -> int:
    """Return how many columns it takes."""
    names = [*services]
    return (_TIME if time else 0) + max(map(len, [own_name(names), *names])) + _BAR
