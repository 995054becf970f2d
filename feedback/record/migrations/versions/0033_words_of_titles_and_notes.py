"""Titles of issues and what people noted about them are found by their words"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

TITLE = "to_tsvector('english', title)"
NOTE = "to_tsvector('english', (what || ' ') || COALESCE(reason, ''))"


def upgrade() -> None:
    op.create_index("ix_issues_words", "issues", [sa.text(TITLE)], postgresql_using="gin")
    op.create_index("ix_issue_events_words", "issue_events", [sa.text(NOTE)], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_issue_events_words", table_name="issue_events")
    op.drop_index("ix_issues_words", table_name="issues")
