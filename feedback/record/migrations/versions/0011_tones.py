"""Groups of praise and of filler beside the issues"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("issues", sa.Column("tone", sa.String(), nullable=False, server_default="issue"))


def downgrade() -> None:
    op.drop_column("issues", "tone")
