"""How sure a title was before a refit comes back when the refit is undone"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    """Of refits until now nobody knows: as with titles of before, they count as sure."""
    op.add_column("issues_before", sa.Column("title_sure", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    op.drop_column("issues_before", "title_sure")
