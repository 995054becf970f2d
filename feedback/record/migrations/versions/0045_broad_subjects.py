"""The issues of a service are put into broad subjects, by which its list can be read."""

import sqlalchemy as sa
from alembic import op

from feedback.record.migrations import beside

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.add_column("issues", sa.Column("broad_id", sa.Uuid(), nullable=True), if_not_exists=True)
    beside.add_foreign_key("fk_issues_broad_id", "issues", "broad_id", "issues", "SET NULL")


def downgrade() -> None:
    op.drop_column("issues", "broad_id")
