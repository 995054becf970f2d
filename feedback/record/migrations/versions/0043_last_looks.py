"""Staff are told what is new since they last looked."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.add_column("people", sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("people", sa.Column("looked_before", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("people", "looked_before")
    op.drop_column("people", "looked_at")
