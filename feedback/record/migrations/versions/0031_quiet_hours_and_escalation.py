"""Subscriptions have quiet hours, and escalate what nobody acknowledges."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.add_column("subscriptions", sa.Column("quiet_hours", postgresql.JSONB(), nullable=True))
    op.add_column("subscriptions", sa.Column("escalation", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("subscriptions", "escalation")
    op.drop_column("subscriptions", "quiet_hours")
