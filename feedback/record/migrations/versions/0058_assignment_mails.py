"""Whoever an issue is assigned to is told by e-mail, unless they do not want that"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    """Whoever sees to an issue already knows it."""
    op.add_column("people", sa.Column("assignment_mails", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("issues", sa.Column("assignee_told", sa.String(), nullable=True))
    op.execute("UPDATE issues SET assignee_told = assignee WHERE assignee IS NOT NULL")


def downgrade() -> None:
    op.drop_column("issues", "assignee_told")
    op.drop_column("people", "assignment_mails")
