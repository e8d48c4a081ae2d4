"""Sessions of browsers that logged in."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("expires", sa.String(24), nullable=False),
    )


def downgrade() -> None:
    """Remove it: everybody has to log in again."""
    op.drop_table("sessions")
