"""Subscriptions are made once by the keys that all requests share (`answered`); the audit tells who made them."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

ONCE = "uq_subscriptions_created_by_request_key"


def upgrade() -> None:
    op.drop_constraint(ONCE, "subscriptions", type_="unique")
    op.drop_column("subscriptions", "request_key")
    op.drop_column("subscriptions", "created_by")


def downgrade() -> None:
    op.add_column("subscriptions", sa.Column("created_by", sa.Text(), nullable=False, server_default=""))
    op.alter_column("subscriptions", "created_by", server_default=None)
    op.add_column("subscriptions", sa.Column("request_key", sa.Text(), nullable=True))
    op.create_unique_constraint(ONCE, "subscriptions", ["created_by", "request_key"])
