"""The orders in which downloads can be listed, and how a page of a list finds its next.

A cursor is the key of the last entry of a page, and what follows is sought by it (keyset): the
hundredth page costs what the first does, and what comes or goes meanwhile shifts nothing. Every
order ends with the number of arrival, which no two share, so that equal titles keep their places.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from domain.texts import SURROGATES
from store.tables import downloads

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from domain.downloads import Sort

MAX_KEY_LENGTH = 120  # characters: what titles differ in comes before
DIGITS = 12  # to which numbers in titles are filled up, so that 9 comes before 10
MAX_NUMBER = 2**53
"""Numbers beyond it are not ours: JSON does not keep them apart."""


@dataclass(frozen=True, slots=True)
class Order:
    """By which column, beside the number of arrival; the keys are of type `kind`."""

    column: sa.Column[Any] | None
    descending: bool
    kind: type


ORDERS: dict[Sort, Order] = {
    "newest": Order(None, descending=True, kind=int),
    "oldest": Order(None, descending=False, kind=int),
    "title": Order(downloads.c.title_key, descending=False, kind=str),
    "largest": Order(downloads.c.bytes_key, descending=True, kind=int),
    "longest": Order(downloads.c.duration_key, descending=True, kind=float),
}


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: the sorted column's value (0 where there is none) and the number."""

    value: Any
    number: int

    @classmethod
    def after(cls, row: Mapping[str, Any], sort: Sort) -> Self:
        """The cursor that leads to what follows `row`."""
        column = ORDERS[sort].column
        return cls(0 if column is None else row[column.name], row["number"])

    @classmethod
    def read(cls, text: str, sort: Sort) -> Self:
        """Read what `str` wrote. Raises ValueError when it is no cursor of that order."""
        padded = text + "=" * (-len(text) % 4)
        try:
            value, number = json.loads(base64.urlsafe_b64decode(padded))
        # Neither base64 nor JSON, or not two values, or brackets in brackets in brackets.
        except (TypeError, ValueError, RecursionError):
            raise ValueError(text) from None
        if not (_is_number(number) and _is_key(value, ORDERS[sort].kind)):
            raise ValueError(text)
        return cls(value, number)

    def __str__(self) -> str:
        text = json.dumps([self.value, self.number], separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def in_order(
    statement: sa.Select[Any], sort: Sort, number: sa.ColumnElement[int], after: Cursor | None
) -> sa.Select[Any]:
    """Sort what `statement` finds, and keep what follows `after`."""
    order = ORDERS[sort]
    keys = [key for key in (order.column, number) if key is not None]
    if after is not None:
        end = [after.value, after.number][-len(keys) :]
        at = sa.tuple_(*keys)
        bound = sa.tuple_(*map(sa.literal, end))
        statement = statement.where(at < bound if order.descending else at > bound)
    return statement.order_by(*(key.desc() if order.descending else key.asc() for key in keys))


def title_key(title: str) -> str:
    """What titles are sorted by: without case, accents and signs, numbers by their value."""
    letters = unicodedata.normalize("NFKD", title.casefold())
    words = re.findall(r"\w+", "".join(c for c in letters if not unicodedata.combining(c)))
    plain = " ".join(words).replace("_", " ")
    return re.sub(r"[0-9]+", lambda found: found[0].zfill(DIGITS), plain)[:MAX_KEY_LENGTH]


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value < MAX_NUMBER


def _is_storable(text: str) -> bool:
    """PostgreSQL takes no NUL, and no database half a character."""
    return "\0" not in text and not SURROGATES.search(text)


def _is_key(value: object, kind: type) -> bool:
    if isinstance(value, float):
        return kind is float and 0 <= value < MAX_NUMBER
    if isinstance(value, str):
        return kind is str and _is_storable(value)
    return kind is not str and _is_number(value)
