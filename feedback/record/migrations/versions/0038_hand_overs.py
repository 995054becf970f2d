"""Feedback is handed over from one service to another"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.create_table(
        "hand_overs",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("service_id", sa.Integer(), sa.ForeignKey("services.id", ondelete="CASCADE"), nullable=False),
        sa.Column("to_id", sa.Integer(), sa.ForeignKey("services.id", ondelete="CASCADE"), nullable=False),
        sa.Column("issue_id", sa.Uuid(), sa.ForeignKey("issues.id", ondelete="SET NULL"), nullable=True),
        sa.Column("made_id", sa.Uuid(), sa.ForeignKey("issues.id", ondelete="SET NULL"), nullable=True),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("placed", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by", sa.String(), nullable=True),
    )
    op.create_index("ix_hand_overs_service_id_id", "hand_overs", ["service_id", "id"])
    op.add_column(
        "feedback",
        sa.Column("hand_over_id", sa.Integer(), sa.ForeignKey("hand_overs.id", ondelete="SET NULL"), nullable=True),
    )
    op.add_column("feedback", sa.Column("came_from", postgresql.JSONB(), nullable=True))
    op.add_column("feedback", sa.Column("stands_for", sa.Uuid(), nullable=True))
    for column in ("hand_over_id", "stands_for"):
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_feedback_{column}", "feedback", [column], postgresql_where=where)


def downgrade() -> None:
    """What stays of a piece that was handed over is a stage that was not known before."""
    op.execute("UPDATE feedback SET stage = 'withdrawn' WHERE stage = 'handed_over'")
    for column in ("stands_for", "came_from", "hand_over_id"):
        op.drop_column("feedback", column)
    op.drop_table("hand_overs")
