"""Live streams that are to be recorded no further."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column."""
    stopping = sa.Column("stopping", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("downloads", stopping)


def downgrade() -> None:
    """Forget it."""
    op.drop_column("downloads", "stopping")
