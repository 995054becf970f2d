"""The first tables"""

import pgvector.sqlalchemy
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.execute("CREATE SEQUENCE claimers AS integer CYCLE")
    op.create_table(
        "day_keys",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_keys")),
    )
    op.create_table(
        "services",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("properties", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("slug", name=op.f("uq_services_slug")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_audit_service_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_service_id_at"), "audit", ["service_id", "at"], unique=False)
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_changes_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    op.create_index(op.f("ix_changes_service_id_at"), "changes", ["service_id", "at"], unique=False)
    op.create_table(
        "credentials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_credentials_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("digest", name=op.f("uq_credentials_digest")),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("history", sa.Boolean(), nullable=False),
        sa.Column("spread", sa.Boolean(), nullable=False),
        sa.Column("assisted", sa.Boolean(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("page_url", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("batch", sa.String(), nullable=True),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("hidden", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("verdicts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("copy_of", sa.Uuid(), nullable=True),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("urgent", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("noticed", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_feedback_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("caller", "external_id", name=op.f("uq_feedback_caller_external_id")),
        sa.UniqueConstraint("receipt", name=op.f("uq_feedback_receipt")),
    )
    op.create_index(
        op.f("ix_feedback_copy_of"),
        "feedback",
        ["copy_of"],
        unique=False,
        postgresql_where=sa.text("copy_of IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_feedback_service_id_fingerprint"),
        "feedback",
        ["service_id", "fingerprint"],
        unique=False,
        postgresql_where=sa.text("fingerprint IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_feedback_service_id_received_at_id"), "feedback", ["service_id", "received_at", "id"], unique=False
    )
    op.create_index(op.f("ix_feedback_service_id_said_at"), "feedback", ["service_id", "said_at"], unique=False)
    op.create_index(
        "ix_feedback_unnoticed",
        "feedback",
        ["service_id", "id"],
        unique=False,
        postgresql_where=sa.text("NOT noticed AND stage = 'done'"),
    )
    op.create_index(
        "ix_feedback_waiting",
        "feedback",
        ["stage", "history", "received_at"],
        unique=False,
        postgresql_where=sa.text("stage IN ('clean', 'group')"),
    )
    op.create_table(
        "issues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("titled_by", sa.String(), nullable=False),
        sa.Column("keywords", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("quotes", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("trend", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assignee", sa.String(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("found_by", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("centroid", pgvector.sqlalchemy.halfvec.HALFVEC(), nullable=False),
        sa.Column("radius", sa.Double(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["issues.id"], name=op.f("fk_issues_merged_into"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["issues.id"], name=op.f("fk_issues_parent_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_issues_service_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issues")),
    )
    op.create_index(op.f("ix_issues_service_id_status"), "issues", ["service_id", "status"], unique=False)
    op.create_table(
        "refits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("statements", sa.Integer(), nullable=False),
        sa.Column("outside", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_refits_service_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refits")),
    )
    op.create_index(op.f("ix_refits_service_id_finished_at"), "refits", ["service_id", "finished_at"], unique=False)
    op.create_table(
        "service_work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_service_work_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_work")),
    )
    op.create_index("uq_service_work_service_id_kind", "service_work", ["service_id", "kind"], unique=True)
    op.create_table(
        "contacts",
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name=op.f("fk_contacts_feedback_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feedback_id", name=op.f("pk_contacts")),
    )
    op.create_index(op.f("ix_contacts_digest"), "contacts", ["digest"], unique=False)
    op.create_table(
        "held_raw",
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name=op.f("fk_held_raw_feedback_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feedback_id", name=op.f("pk_held_raw")),
    )
    op.create_table(
        "issue_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_issue_events_issue_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_events")),
    )
    op.create_index(op.f("ix_issue_events_issue_id_at"), "issue_events", ["issue_id", "at"], unique=False)
    op.create_table(
        "raw",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"], name=op.f("fk_raw_feedback_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("day", "feedback_id", name=op.f("pk_raw")),
        postgresql_partition_by="RANGE (day)",
    )
    op.create_index(op.f("ix_raw_feedback_id"), "raw", ["feedback_id"], unique=False)
    op.create_table(
        "signals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detected_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_report_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("observed", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("window_hours", sa.Double(), nullable=False),
        sa.Column("feedback_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("channels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_signals_issue_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_signals_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
    )
    op.create_index(op.f("ix_signals_service_id_detected_at"), "signals", ["service_id", "detected_at"], unique=False)
    op.create_index(
        "uq_signals_active", "signals", ["issue_id", "tier"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "statements",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("begin", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("filler", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.Double(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offset", sa.Double(), nullable=True),
        sa.Column("vector", pgvector.sqlalchemy.halfvec.HALFVEC(), nullable=True),
        sa.Column("embedded_by", sa.String(), nullable=True),
        sa.Column("issue_id", sa.Uuid(), nullable=True),
        sa.Column("sureness", sa.Double(), nullable=True),
        sa.Column("assigned_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name=op.f("fk_statements_feedback_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_statements_issue_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_statements_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
    )
    op.create_index(op.f("ix_statements_feedback_id"), "statements", ["feedback_id"], unique=False)
    op.create_index(
        op.f("ix_statements_issue_id_said_at"),
        "statements",
        ["issue_id", "said_at"],
        unique=False,
        postgresql_where=sa.text("issue_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_statements_service_id_said_at"), "statements", ["service_id", "said_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_statements_service_id_said_at"), table_name="statements")
    op.drop_index(
        op.f("ix_statements_issue_id_said_at"),
        table_name="statements",
        postgresql_where=sa.text("issue_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_statements_feedback_id"), table_name="statements")
    op.drop_table("statements")
    op.drop_index("uq_signals_active", table_name="signals", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index(op.f("ix_signals_service_id_detected_at"), table_name="signals")
    op.drop_table("signals")
    op.drop_index(op.f("ix_raw_feedback_id"), table_name="raw")
    op.drop_table("raw")
    op.drop_index(op.f("ix_issue_events_issue_id_at"), table_name="issue_events")
    op.drop_table("issue_events")
    op.drop_table("held_raw")
    op.drop_index(op.f("ix_contacts_digest"), table_name="contacts")
    op.drop_table("contacts")
    op.drop_index("uq_service_work_service_id_kind", table_name="service_work")
    op.drop_table("service_work")
    op.drop_index(op.f("ix_refits_service_id_finished_at"), table_name="refits")
    op.drop_table("refits")
    op.drop_index(op.f("ix_issues_service_id_status"), table_name="issues")
    op.drop_table("issues")
    op.drop_index("ix_feedback_waiting", table_name="feedback", postgresql_where=sa.text("stage IN ('clean', 'group')"))
    op.drop_index(
        "ix_feedback_unnoticed", table_name="feedback", postgresql_where=sa.text("NOT noticed AND stage = 'done'")
    )
    op.drop_index(op.f("ix_feedback_service_id_said_at"), table_name="feedback")
    op.drop_index(op.f("ix_feedback_service_id_received_at_id"), table_name="feedback")
    op.drop_index(
        op.f("ix_feedback_service_id_fingerprint"),
        table_name="feedback",
        postgresql_where=sa.text("fingerprint IS NOT NULL"),
    )
    op.drop_index(op.f("ix_feedback_copy_of"), table_name="feedback", postgresql_where=sa.text("copy_of IS NOT NULL"))
    op.drop_table("feedback")
    op.drop_table("credentials")
    op.drop_index(op.f("ix_changes_service_id_at"), table_name="changes")
    op.drop_table("changes")
    op.drop_index(op.f("ix_audit_service_id_at"), table_name="audit")
    op.drop_table("audit")
    op.drop_table("services")
    op.drop_table("day_keys")
    op.execute("DROP SEQUENCE claimers")
