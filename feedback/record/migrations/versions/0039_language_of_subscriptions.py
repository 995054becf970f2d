"""A subscription is told in a language of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.add_column("subscriptions", sa.Column("language", sa.String(), server_default="en", nullable=False))


def downgrade() -> None:
    op.drop_column("subscriptions", "language")
