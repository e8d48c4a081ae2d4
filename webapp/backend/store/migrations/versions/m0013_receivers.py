"""Receivers of notifications, and what they have not been told yet."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "receivers",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.Text),
        sa.Column("occasions", sa.JSON, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("sender", sa.String(64)),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("told", sa.String(24)),
        sa.Column("error", sa.JSON(none_as_null=True)),
        sa.Column("created", sa.String(24), nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("id", sa.String(26), nullable=False, unique=True),
        sa.Column("receiver", sa.String(26), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("due", sa.String(24), nullable=False),
        sa.Column("created", sa.String(24), nullable=False),
    )
    op.create_index("outbox_due", "outbox", ["due"])
    op.create_index("outbox_receiver", "outbox", ["receiver", "number"])


def downgrade() -> None:
    """Forget all of them."""
    op.drop_table("outbox")
    op.drop_table("receivers")
