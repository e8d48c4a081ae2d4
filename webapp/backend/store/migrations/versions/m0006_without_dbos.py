"""Removes the journal of DBOS, which ran downloads until this version."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Drop its schema in PostgreSQL; beside SQLite, delete its files."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute(sa.text("DROP SCHEMA IF EXISTS dbos CASCADE"))
        return
    database = connection.engine.url.database
    if database and (folder := Path(database).parent).is_dir():
        journal = f"{Path(database).name.removesuffix('.db')}.engine.db"
        for name in (journal, f"{journal}-wal", f"{journal}-shm"):
            (folder / name).unlink(missing_ok=True)


def downgrade() -> None:
    """It makes its journal anew, where an older version of this program runs."""
