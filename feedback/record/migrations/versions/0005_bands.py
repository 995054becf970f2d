"""Keys to find copies by"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("feedback", sa.Column("bands", postgresql.ARRAY(sa.BigInteger()), nullable=True))
    op.create_index("ix_feedback_bands", "feedback", ["bands"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_feedback_bands", table_name="feedback")
    op.drop_column("feedback", "bands")
