"""What refits and people moved, so that it can be undone"""

import pgvector.sqlalchemy
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def _issue(table: str, column: str, gone: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["issues.id"], name=op.f(f"fk_{table}_{column}"), ondelete=gone)


def upgrade() -> None:
    op.add_column("issues", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("refits", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("refits", sa.Column("undone_by", sa.String(), nullable=True))
    op.create_table(
        "regroupings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=True),
        sa.Column("other_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("anchors", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_regroupings_service_id"), ondelete="CASCADE"
        ),
        _issue("regroupings", "issue_id", "CASCADE"),
        _issue("regroupings", "other_id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regroupings")),
    )
    op.create_index(op.f("ix_regroupings_service_id_id"), "regroupings", ["service_id", "id"])
    op.create_table(
        "moved",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("refit_id", sa.Integer(), nullable=True),
        sa.Column("regrouping_id", sa.Integer(), nullable=True),
        sa.Column("from_id", sa.Uuid(), nullable=True),
        sa.Column("to_id", sa.Uuid(), nullable=True),
        sa.Column("assigned_by", sa.String(), nullable=True),
        sa.Column("statements", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.ForeignKeyConstraint(["refit_id"], ["refits.id"], name=op.f("fk_moved_refit_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["regrouping_id"], ["regroupings.id"], name=op.f("fk_moved_regrouping_id"), ondelete="CASCADE"
        ),
        _issue("moved", "from_id", "SET NULL"),
        _issue("moved", "to_id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moved")),
    )
    op.create_index(op.f("ix_moved_refit_id"), "moved", ["refit_id"])
    op.create_index(op.f("ix_moved_regrouping_id"), "moved", ["regrouping_id"])
    op.create_table(
        "issues_before",
        sa.Column("refit_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("keywords", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("quotes", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("centroid", pgvector.sqlalchemy.HALFVEC(), nullable=False),
        sa.Column("radius", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["refit_id"], ["refits.id"], name=op.f("fk_issues_before_refit_id"), ondelete="CASCADE"
        ),
        _issue("issues_before", "issue_id", "CASCADE"),
        sa.PrimaryKeyConstraint("refit_id", "issue_id", name=op.f("pk_issues_before")),
    )


def downgrade() -> None:
    for table in ("issues_before", "moved", "regroupings"):
        op.drop_table(table)
    op.drop_column("refits", "undone_by")
    op.drop_column("refits", "undone_at")
    op.drop_column("issues", "ended_at")
