"""The tables of our own database: what was wished for, and what became of it."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

downloads = Table(
    "downloads",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("url", Text, nullable=False),
    Column("format", String(8), nullable=False),
    Column("resolution", String(8), nullable=False),
    Column("state", String(10), nullable=False),
    # The place in the queue: the lowest goes first.
    Column("position", Float, nullable=False),
    # Tries since the user last asked for it; the back-off counts by it.
    Column("attempt", Integer, nullable=False, default=1),
    # Raised by each start: what an earlier start still reports is recognised and dropped.
    Column("run", Integer, nullable=False, default=0),
    # The process that works on it.
    Column("executor", String(64)),
    # Not to be started before (back-off).
    Column("not_before", String(24)),
    Column("platform", Text),
    Column("title", Text),
    Column("uploader", Text),
    Column("duration", Float),
    Column("error", JSON(none_as_null=True)),
    Column("file_name", Text),
    Column("file_bytes", BigInteger),
    Column("created", String(24), nullable=False),
    Column("started", String(24)),
    Column("finished", String(24)),
    Index("downloads_queue", "state", "position"),
)
