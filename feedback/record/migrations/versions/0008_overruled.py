"""What people decide about single pieces, and what has been erased"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("feedback", sa.Column("overruled", sa.Boolean(), nullable=True))
    op.add_column("issues", sa.Column("erased", sa.Integer(), server_default="0", nullable=False))
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_subject"), table_name="audit")
    op.drop_column("issues", "erased")
    op.drop_column("feedback", "overruled")
