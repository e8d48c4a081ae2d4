"""Full-text search over title, uploader and address: every word, each as a beginning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from store.tables import downloads

if TYPE_CHECKING:
    from sqlalchemy import Select

WORD = re.compile(r"\w+")
MAX_WORDS = 16

# SQLite's index is a table of its own; its rows come in the order of arrival.
words_table = sa.table("downloads_text", sa.column("rowid"), sa.column("downloads_text"))
# PostgreSQL's is a column.
words_column: sa.ColumnClause[Any] = sa.literal_column("downloads.words")


def matching(
    text: str | None, dialect: str, *, by_arrival: bool
) -> tuple[Select[Any], sa.ColumnElement[int]]:
    """Downloads that hold all words of `text`, and the column to take for their number.

    They are to be sorted by that column alone (`by_arrival`), or by another one first.
    """
    statement, number = sa.select(downloads), downloads.c.number
    words = WORD.findall((text or "").replace("_", " "))[:MAX_WORDS]
    if text and not words:
        return statement.where(sa.false()), number  # nothing but signs: nothing holds that
    if not words:
        return statement, number
    if dialect == "postgresql":
        query = " & ".join(f"'{word}':*" for word in words)
        found = words_column.op("@@")(sa.func.to_tsquery("simple", query))
        return statement.where(found), number
    return _in_sqlite(statement, " ".join(f'"{word}"*' for word in words), by_arrival=by_arrival)


def _in_sqlite(
    statement: Select[Any], query: str, *, by_arrival: bool
) -> tuple[Select[Any], sa.ColumnElement[int]]:
    matches = words_table.c.downloads_text.op("MATCH")(query)
    row = words_table.c.rowid
    if by_arrival:  # a page needs no sorting, and no more matches than it holds
        return statement.join(words_table, row == downloads.c.number).where(matches), row
    # The sum keeps SQLite from going through the matches, which it would have to sort.
    among = (downloads.c.number + 0).in_(sa.select(row).where(matches))
    return statement.where(among), downloads.c.number
