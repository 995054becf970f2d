"""Words to search by, answers to repeated requests, and how stable refits are"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "answered",
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_answered")),
    )
    op.create_index(op.f("ix_answered_at"), "answered", ["at"])
    op.create_index(
        "ix_statements_words", "statements", [sa.text("to_tsvector('english', text)")], postgresql_using="gin"
    )
    op.add_column("refits", sa.Column("placed", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("refits", "placed")
    op.drop_index("ix_statements_words", table_name="statements")
    op.drop_table("answered")
