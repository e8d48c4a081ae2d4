"""Addresses of any length: on PostgreSQL a B-tree holds no more than 2.7 kB, a hash holds all."""

from alembic import op

revision = "0003"
down_revision = "0002"

INDEXES = {"downloads_url": "url", "downloads_media": "media_key"}
"""Asked only for what is equal."""


def upgrade() -> None:
    """Rebuild both indexes as hashes, where they have such a limit."""
    _rebuild("hash")


def downgrade() -> None:
    """Rebuild them as they were; fails while there is an address that is too long."""
    _rebuild("btree")


def _rebuild(kind: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for name, column in INDEXES.items():
        op.drop_index(name, "downloads")
        op.create_index(name, "downloads", [column], postgresql_using=kind)
