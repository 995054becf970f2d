"""What was tried and waits again is found without reading all that waits"""

import sqlalchemy as sa
from alembic import op

from feedback.record.migrations import beside

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    tried = sa.text("attempts > 0 AND stage IN ('clean', 'group')")
    beside.create_index("ix_feedback_tried", "feedback", ["stage", "history", "received_at"], postgresql_where=tried)


def downgrade() -> None:
    op.drop_index("ix_feedback_tried", "feedback")
