"""Full-text search over title, uploader and address: every word, each as a beginning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from downloads.tables import downloads

if TYPE_CHECKING:
    from sqlalchemy import Select

WORD = re.compile(r"\w+")
MOST_WORDS = 16

# SQLite's index is a table of its own.
words_table = sa.table("downloads_text", sa.column("rowid"), sa.column("downloads_text"))
# PostgreSQL's is a column.
words_column: sa.ColumnClause[Any] = sa.literal_column("downloads.words")


def holding(text: str | None, dialect: str) -> Select[Any]:
    """Downloads that hold all words of `text`, in no order."""
    statement = sa.select(downloads)
    words = WORD.findall((text or "").replace("_", " "))[:MOST_WORDS]
    if text and not words:
        statement = statement.where(sa.false())  # nothing but signs: nothing holds that
    elif words and dialect == "postgresql":
        query = " & ".join(f"'{word}':*" for word in words)
        statement = statement.where(words_column.op("@@")(sa.func.to_tsquery("simple", query)))
    elif words:
        query = " ".join(f'"{word}"*' for word in words)
        found = sa.select(words_table.c.rowid).where(
            words_table.c.downloads_text.op("MATCH")(query)
        )
        # The sum keeps SQLite from going through the matches, which it would have to sort.
        statement = statement.where((downloads.c.number + 0).in_(found))
    return statement
