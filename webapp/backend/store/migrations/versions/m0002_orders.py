"""What lists can be sorted by: title, size, length; an index for each order."""

import sqlalchemy as sa
from alembic import op

from store.paging import title_key

revision = "0002"
down_revision = "0001"

ORDERS = ("title_key", "bytes_key", "duration_key")


def upgrade() -> None:
    """Add the columns, fill in the titles' and build the indexes."""
    connection = op.get_bind()
    stored = connection.dialect.name == "postgresql"  # SQLite can add only what it computes anew
    # By code points in both databases: a collation that changes with the system breaks cursors.
    text = sa.Text(collation="C" if stored else None)
    op.add_column("downloads", sa.Column("title_key", text, nullable=False, server_default=""))
    for name, type_, origin in (
        ("bytes_key", sa.BigInteger, "file_bytes"),
        ("duration_key", sa.Float, "duration"),
    ):
        computed = sa.Computed(f"coalesce({origin}, 0)", persisted=stored)
        op.add_column("downloads", sa.Column(name, type_, computed, nullable=False))
    _fill_in(connection)
    for name in ORDERS:
        # The format last: a list of one kind is told by the index alone.
        op.create_index(f"downloads_{name}", "downloads", ["state", name, "number", "format"])


def _fill_in(connection: sa.Connection) -> None:
    downloads = sa.table("downloads", *map(sa.column, ("number", "title", "title_key")))
    titled = sa.select(downloads.c.number, downloads.c.title).where(downloads.c.title.is_not(None))
    keys = [{"of": number, "key": title_key(title)} for number, title in connection.execute(titled)]
    if keys:
        statement = downloads.update().where(downloads.c.number == sa.bindparam("of"))
        connection.execute(statement.values(title_key=sa.bindparam("key")), keys)
