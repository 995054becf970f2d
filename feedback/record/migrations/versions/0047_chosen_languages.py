"""The language of a person is the one that they chose; until now nobody could."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    op.alter_column("people", "language", existing_type=sa.String(), nullable=True, server_default=None)
    op.execute("UPDATE people SET language = NULL")


def downgrade() -> None:
    op.execute("UPDATE people SET language = 'en' WHERE language IS NULL")
    op.alter_column("people", "language", existing_type=sa.String(), nullable=False, server_default="en")
