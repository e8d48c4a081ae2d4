"""Files that were there already, imports of them, and what yt-dlp's archives name."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the tables and the column."""
    imported = sa.Column("imported", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("downloads", imported)
    op.create_table(
        "imports",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("worker", sa.String(64)),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("found", sa.Integer),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("known", sa.Integer, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("refusals", sa.JSON, nullable=False),
        sa.Column("error", sa.JSON(none_as_null=True)),
        sa.Column("created", sa.String(24), nullable=False),
        sa.Column("finished", sa.String(24)),
    )
    op.create_table("archive", sa.Column("line", sa.String(500), primary_key=True))


def downgrade() -> None:
    """Forget all of them; files stay where they are."""
    op.drop_table("archive")
    op.drop_table("imports")
    op.drop_column("downloads", "imported")
