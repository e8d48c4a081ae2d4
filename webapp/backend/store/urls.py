"""What the URL of a database says about the files beside it."""

from __future__ import annotations

import sqlalchemy as sa


def sibling_path(database_url: str, name: str) -> str:
    """A file beside the SQLite database, named after it."""
    database = sa.make_url(database_url).database or "app.db"
    return f"{database.removesuffix('.db')}.{name}"
