"""What each stage has done is counted, for whoever watches over the installation"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    """Counting begins now."""
    op.create_table(
        "work_done",
        sa.Column("work", sa.String(), primary_key=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("work_done")
