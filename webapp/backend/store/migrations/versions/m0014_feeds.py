"""Podcast feeds."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add their table."""
    op.create_table(
        "feeds",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("token", sa.String(43), nullable=False, unique=True),
        sa.Column("choice", sa.JSON, nullable=False),
        sa.Column("created", sa.String(24), nullable=False),
        sa.Column("read", sa.String(24)),
    )


def downgrade() -> None:
    """Let all addresses lead nowhere."""
    op.drop_table("feeds")
