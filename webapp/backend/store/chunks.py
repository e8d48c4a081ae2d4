"""Many values, in questions as long as every database takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")
CHUNK = 500
"""Values in one question."""


def chunks(values: Sequence[T]) -> Iterator[list[T]]:
    """The values, some at a time."""
    for first in range(0, len(values), CHUNK):
        yield list(values[first : first + CHUNK])
