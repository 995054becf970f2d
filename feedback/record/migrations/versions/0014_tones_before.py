"""Issues as they were before a refit, with their tone"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("issues_before", sa.Column("tone", sa.String(), nullable=True))
    op.execute("UPDATE issues_before SET tone = issues.tone FROM issues WHERE issues.id = issues_before.issue_id")
    op.alter_column("issues_before", "tone", nullable=False)


def downgrade() -> None:
    op.drop_column("issues_before", "tone")
