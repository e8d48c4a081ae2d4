"""Files that are being moved are found without a look at all others."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the index, which is nearly always empty."""
    moving = sa.text("moving IS NOT NULL")
    op.create_index(
        *("downloads_moving", "downloads", ["number"]),
        sqlite_where=moving,
        postgresql_where=moving,
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_index("downloads_moving", "downloads")
