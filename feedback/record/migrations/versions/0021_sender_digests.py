"""What tells the senders of one day apart"""

import sqlalchemy as sa
from alembic import op

from feedback.record.migrations import beside

revision = "0021"
down_revision = "0020"

INDEX = "ix_feedback_service_id_sender_digest"


def upgrade() -> None:
    op.add_column("feedback", sa.Column("sender_digest", sa.LargeBinary(), nullable=True), if_not_exists=True)
    known = sa.text("sender_digest IS NOT NULL")
    beside.create_index(INDEX, "feedback", ["service_id", "sender_digest"], postgresql_where=known)


def downgrade() -> None:
    op.drop_index(INDEX, table_name="feedback")
    op.drop_column("feedback", "sender_digest")
