"""Themes: what several services hear"""

import pgvector.sqlalchemy
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def _time(name: str, *, null: bool = False, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=null)


def upgrade() -> None:
    op.create_table(
        "themes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("centroid", pgvector.sqlalchemy.HALFVEC(), nullable=False),
        _time("ended_at", null=True),
        _time("created_at", now=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_themes")),
    )
    op.create_table(
        "theme_issues",
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("theme_id", sa.Uuid(), nullable=False),
        _time("created_at", now=True),
        _to("theme_issues", "issue_id", "issues"),
        _to("theme_issues", "theme_id", "themes"),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_theme_issues")),
    )
    op.create_index(op.f("ix_theme_issues_theme_id"), "theme_issues", ["theme_id"])
    op.create_table(
        "theme_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Uuid(), nullable=False),
        _time("at", now=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=True),
        sa.Column("service_id", sa.Integer(), nullable=True),
        _to("theme_events", "theme_id", "themes"),
        _to("theme_events", "issue_id", "issues"),
        _to("theme_events", "service_id", "services"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_events")),
    )
    op.create_index(op.f("ix_theme_events_theme_id_id"), "theme_events", ["theme_id", "id"])
    op.create_table(
        "theme_signals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("theme_id", sa.Uuid(), nullable=False),
        _time("since"),
        _time("detected_at", now=True),
        _time("last_report_at"),
        _time("ended_at", null=True),
        sa.Column("observed", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("window_hours", sa.Float(), nullable=False),
        sa.Column("reports", postgresql.JSONB(), nullable=False),
        _to("theme_signals", "theme_id", "themes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_signals")),
    )
    op.create_index(
        "uq_theme_signals_active",
        "theme_signals",
        ["theme_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "wide_work",
        sa.Column("kind", sa.String(), nullable=False),
        _time("due_at", now=True),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_wide_work")),
    )


def downgrade() -> None:
    for table in ("wide_work", "theme_signals", "theme_events", "theme_issues", "themes"):
        op.drop_table(table)
