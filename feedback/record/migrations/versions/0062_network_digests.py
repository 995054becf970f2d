"""What tells the networks of one day apart that visitors came by"""

import sqlalchemy as sa
from alembic import op

from feedback.record.migrations import beside

revision = "0062"
down_revision = "0061"

INDEX = "ix_feedback_service_id_network_digest"


def upgrade() -> None:
    """Of what came before, nobody knows it."""
    op.add_column("feedback", sa.Column("network_digest", sa.LargeBinary(), nullable=True), if_not_exists=True)
    known = sa.text("network_digest IS NOT NULL")
    beside.create_index(INDEX, "feedback", ["service_id", "network_digest"], postgresql_where=known)


def downgrade() -> None:
    op.drop_index(INDEX, table_name="feedback")
    op.drop_column("feedback", "network_digest")
