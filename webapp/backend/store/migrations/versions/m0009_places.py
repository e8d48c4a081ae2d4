"""What the names of files are made of, what goes with a file, and moves under way."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("downloads", sa.Column("about", sa.JSON, nullable=False, server_default="{}"))
    op.add_column("downloads", sa.Column("sidecars", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("downloads", sa.Column("moving", sa.JSON(none_as_null=True)))
    op.create_index("downloads_file", "downloads", ["file_name"], postgresql_using="hash")


def downgrade() -> None:
    """Forget them; files stay where they are."""
    op.drop_index("downloads_file", "downloads")
    for name in ("moving", "sidecars", "about"):
        op.drop_column("downloads", name)
