"""Staff say that an urgent piece is not urgent."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "urgency_dismissals",
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name="fk_urgency_dismissals_feedback_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name="fk_urgency_dismissals_service_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feedback_id", name="pk_urgency_dismissals"),
    )
    op.create_index("ix_urgency_dismissals_service_id_at", "urgency_dismissals", ["service_id", "at"])


def downgrade() -> None:
    op.drop_table("urgency_dismissals")
