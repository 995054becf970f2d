"""What is new in a surge is kept, so that no page has to find it"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    """The scheduler finds it of what surges now: a row that is missing is due."""
    op.create_table(
        "signal_contrasts",
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("found", postgresql.JSONB(), nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signals.id"], name=op.f("fk_signal_contrasts_signal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_signal_contrasts")),
    )


def downgrade() -> None:
    op.drop_table("signal_contrasts")
