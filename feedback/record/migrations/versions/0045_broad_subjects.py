"""The issues of a service are put into broad subjects, by which its list can be read."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.add_column("issues", sa.Column("broad_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_issues_broad_id"), "issues", "issues", ["broad_id"], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    op.drop_column("issues", "broad_id")
