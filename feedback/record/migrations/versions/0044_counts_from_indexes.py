"""Indexes that answer alone how many pieces and reports there are within a time"""

import sqlalchemy as sa
from alembic import op

from feedback.record.migrations import beside

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    beside.create_index(
        "ix_feedback_counted", "feedback", ["service_id", "said_at"], postgresql_include=["stage", "weight"]
    )
    beside.create_index(
        "ix_feedback_weightless",
        "feedback",
        ["service_id", "said_at"],
        postgresql_include=["id"],
        postgresql_where=sa.text("weight = 0"),
    )
    beside.create_index(
        "ix_statements_of_issue",
        "statements",
        ["issue_id", "said_at"],
        postgresql_include=["feedback_id"],
        postgresql_where=sa.text("issue_id IS NOT NULL"),
    )
    op.drop_index("ix_feedback_service_id_said_at", "feedback")
    op.drop_index("ix_statements_issue_id_said_at", "statements")


def downgrade() -> None:
    op.create_index("ix_feedback_service_id_said_at", "feedback", ["service_id", "said_at"])
    op.create_index(
        "ix_statements_issue_id_said_at",
        "statements",
        ["issue_id", "said_at"],
        postgresql_where=sa.text("issue_id IS NOT NULL"),
    )
    op.drop_index("ix_statements_of_issue", "statements")
    op.drop_index("ix_feedback_weightless", "feedback")
    op.drop_index("ix_feedback_counted", "feedback")
