"""Choices that people gave a name."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "profiles",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False, unique=True),
        sa.Column("choices", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """Forget them: what is queued has its choices itself."""
    op.drop_table("profiles")
