"""Columns that were written and never read go: whether a date came without a time, what first made an issue"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.drop_column("feedback", "spread")
    op.drop_column("issues", "found_by")


def downgrade() -> None:
    op.add_column("issues", sa.Column("found_by", sa.String(), nullable=False, server_default="refit"))
    op.alter_column("issues", "found_by", server_default=None)
    op.add_column("feedback", sa.Column("spread", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("feedback", "spread", server_default=None)
