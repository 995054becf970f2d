"""What other tolerances would have raised in a service."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "tolerance_trials",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("tolerance", sa.Float(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.Column("statements", sa.Integer(), nullable=False),
        sa.Column("found", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_tolerance_trials_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("service_id", "tolerance", name=op.f("pk_tolerance_trials")),
    )


def downgrade() -> None:
    op.drop_table("tolerance_trials")
