"""Tokens for scripts, and the keys of requests that may be sent again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("created", sa.String(24), nullable=False),
        sa.Column("last_used", sa.String(24)),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("items", sa.JSON, nullable=False),
        sa.Column("created", sa.String(24), nullable=False),
    )
    op.create_index("idempotency_keys_created", "idempotency_keys", ["created"])


def downgrade() -> None:
    """Revoke all tokens, forget all keys."""
    op.drop_table("idempotency_keys")
    op.drop_table("api_tokens")
