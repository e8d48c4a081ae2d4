"""Subscriptions, and what they have seen."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("platform", sa.Text),
        sa.Column("choice", sa.JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("due", sa.String(24), nullable=False),
        sa.Column("looker", sa.String(64)),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("begun", sa.Boolean, nullable=False),
        sa.Column("looked", sa.String(24)),
        sa.Column("found", sa.Integer),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", sa.JSON(none_as_null=True)),
        sa.Column("created", sa.String(24), nullable=False),
    )
    op.create_index("subscriptions_due", "subscriptions", ["state", "due"])
    op.create_table(
        "subscription_entries",
        sa.Column("subscription", sa.String(26), primary_key=True),
        sa.Column("key", sa.String(500), primary_key=True),
        sa.Column("download", sa.String(26)),
        sa.Column("date", sa.String(10)),
    )
    op.create_index("subscription_entries_download", "subscription_entries", ["download"])
    op.create_index("subscription_entries_key", "subscription_entries", ["key"])


def downgrade() -> None:
    """Forget all of them."""
    op.drop_table("subscription_entries")
    op.drop_table("subscriptions")
