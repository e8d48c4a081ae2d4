"""What is worth knowing of a download although it went on; and by which items a host is judged."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column and the table."""
    op.add_column("downloads", sa.Column("notes", sa.JSON, nullable=False, server_default="[]"))
    op.create_table(
        "host_failures",
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("item", sa.String(26), primary_key=True),
        sa.Column("since", sa.String(24), nullable=False),
        sa.Column("counts", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    """Forget both."""
    op.drop_table("host_failures")
    op.drop_column("downloads", "notes")
