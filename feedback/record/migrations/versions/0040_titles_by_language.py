"""Issues have a title in each language of the staff that their members speak."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.add_column("issues", sa.Column("titles", postgresql.JSONB(), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("issues", "titles")
