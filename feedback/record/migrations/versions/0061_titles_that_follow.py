"""A refit names anew what has changed its meaning; pages say where few say just what a title says"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0061"
down_revision = "0060"


def upgrade() -> None:
    """What is known already keeps its title, and the next refit tells how sure that is."""
    op.add_column("issues", sa.Column("title_sure", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("issues_before", sa.Column("titles", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("issues_before", "titles")
    op.drop_column("issues", "title_sure")
