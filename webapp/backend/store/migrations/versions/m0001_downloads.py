"""The first tables: downloads with full-text search, hosts, controls."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, and the index that search needs."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "downloads",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(26), nullable=False, unique=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("resolution", sa.String(8), nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("position", sa.Float, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("executor", sa.String(64)),
        sa.Column("not_before", sa.String(24)),
        sa.Column("platform", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("uploader", sa.Text),
        sa.Column("duration", sa.Float),
        sa.Column("media_key", sa.Text),
        sa.Column("thumbnail", sa.String(4)),
        sa.Column("error", sa.JSON),
        sa.Column("file_name", sa.Text),
        sa.Column("file_bytes", sa.BigInteger),
        sa.Column("created", sa.String(24), nullable=False),
        sa.Column("started", sa.String(24)),
        sa.Column("finished", sa.String(24)),
        sqlite_autoincrement=True,
    )
    op.create_index("downloads_queue", "downloads", ["state", "position"])
    op.create_index("downloads_state", "downloads", ["state", "number"])
    op.create_index("downloads_url", "downloads", ["url"])
    op.create_index("downloads_media", "downloads", ["media_key"])
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("open_until", sa.String(24)),
    )
    op.create_table(
        "controls",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
    )
    for statement in SEARCH[op.get_bind().dialect.name]:
        op.execute(sa.text(statement.replace(":", r"\:")))


SEARCH = {
    "sqlite": [
        """
        CREATE VIRTUAL TABLE downloads_text USING fts5(
            title, uploader, url, content='downloads', content_rowid='number',
            tokenize='unicode61 remove_diacritics 2', prefix='2 3')
        """,
        """
        CREATE TRIGGER downloads_text_insert AFTER INSERT ON downloads BEGIN
            INSERT INTO downloads_text(rowid, title, uploader, url)
            VALUES (new.number, new.title, new.uploader, new.url);
        END
        """,
        """
        CREATE TRIGGER downloads_text_delete AFTER DELETE ON downloads BEGIN
            INSERT INTO downloads_text(downloads_text, rowid, title, uploader, url)
            VALUES ('delete', old.number, old.title, old.uploader, old.url);
        END
        """,
        """
        CREATE TRIGGER downloads_text_update AFTER UPDATE OF title, uploader, url ON downloads BEGIN
            INSERT INTO downloads_text(downloads_text, rowid, title, uploader, url)
            VALUES ('delete', old.number, old.title, old.uploader, old.url);
            INSERT INTO downloads_text(rowid, title, uploader, url)
            VALUES (new.number, new.title, new.uploader, new.url);
        END
        """,
    ],
    "postgresql": [
        r"""
        ALTER TABLE downloads ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('simple',
            coalesce(title, '') || ' ' || coalesce(uploader, '') || ' ' ||
            regexp_replace(url, '[^[:alnum:]]+', ' ', 'g'))) STORED
        """,
        "CREATE INDEX downloads_words ON downloads USING gin(words)",
    ],
}
