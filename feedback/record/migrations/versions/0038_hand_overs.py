"""Feedback is handed over from one service to another"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from feedback.record.migrations import beside

revision = "0038"
down_revision = "0037"

COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "hand_over_id": sa.Integer(),
    "came_from": postgresql.JSONB(),
    "stands_for": sa.Uuid(),
}


def upgrade() -> None:
    """The columns come first, with their indexes: what is made beside others ends a transaction."""
    for name, kind in COLUMNS.items():
        op.add_column("feedback", sa.Column(name, kind, nullable=True), if_not_exists=True)
    for column in ("hand_over_id", "stands_for"):
        where = sa.text(f"{column} IS NOT NULL")
        beside.create_index(f"ix_feedback_{column}", "feedback", [column], postgresql_where=where)
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
        if_not_exists=True,
    )
    op.create_index("ix_hand_overs_service_id_id", "hand_overs", ["service_id", "id"], if_not_exists=True)
    beside.add_foreign_key("fk_feedback_hand_over_id", "feedback", "hand_over_id", "hand_overs", "SET NULL")


def downgrade() -> None:
    """What stays of a piece that was handed over is a stage that was not known before."""
    op.execute("UPDATE feedback SET stage = 'withdrawn' WHERE stage = 'handed_over'")
    for column in ("stands_for", "came_from", "hand_over_id"):
        op.drop_column("feedback", column)
    op.drop_table("hand_overs")
