"""How each piece was read (its format, encoding, parts left out), so that a wrong reading can be seen"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column(
        "feedback",
        sa.Column("read_as", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="{}"),
    )
    op.alter_column("feedback", "read_as", server_default=None)


def downgrade() -> None:
    op.drop_column("feedback", "read_as")
