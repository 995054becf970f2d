"""What the detector remembers, and which of its signals were false alarms"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("service_work", sa.Column("remembered", sa.LargeBinary(), nullable=True))
    op.add_column("signals", sa.Column("false_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("signals", sa.Column("false_by", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("signals", "false_by")
    op.drop_column("signals", "false_at")
    op.drop_column("service_work", "remembered")
