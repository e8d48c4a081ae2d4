"""What the URL of a database says: files beside it, and how long to wait for a server."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

PATIENCE: dict[str, Any] = {
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8_000,  # milliseconds
}
"""libpq's options: a connection that was cut is noticed within eight seconds, before PostgreSQL
gives its other end up and another backend takes over what runs here."""


def sibling_path(database_url: str, name: str) -> str:
    """A file beside the SQLite database, named after it."""
    database = sa.make_url(database_url).database or "app.db"
    return f"{database.removesuffix('.db')}.{name}"


def driver_url(database_url: str) -> str:
    """The URL as psycopg takes it, without SQLAlchemy's name of the driver."""
    return database_url.replace("postgresql+psycopg:", "postgresql:", 1)
