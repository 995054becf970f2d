"""Subscriptions tell whoever is on duty."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    op.add_column("subscriptions", sa.Column("rota", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("subscriptions", "rota")
