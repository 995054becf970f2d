"""Actions, publications, and contacts that wait to be told"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "actions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_actions_issue_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actions")),
    )
    op.create_index(op.f("ix_actions_issue_id_at"), "actions", ["issue_id", "at"], unique=False)
    op.create_table(
        "publications",
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("said_cy", sa.String(), nullable=True),
        sa.Column("did_cy", sa.String(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_publications_issue_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_publications_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_publications")),
    )
    op.create_index(op.f("ix_publications_service_id"), "publications", ["service_id"], unique=False)
    op.add_column("contacts", sa.Column("stage", sa.String(), server_default="kept", nullable=False))
    op.add_column("contacts", sa.Column("about", sa.Uuid(), nullable=True))
    op.add_column("contacts", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contacts", sa.Column("claimed_by", sa.Integer(), nullable=True))
    op.add_column("contacts", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("contacts", sa.Column("reason", sa.String(), nullable=True))
    op.create_index(
        "ix_contacts_waiting", "contacts", ["due_at"], unique=False, postgresql_where=sa.text("stage = 'waiting'")
    )
    op.create_foreign_key(op.f("fk_contacts_about"), "contacts", "issues", ["about"], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    op.drop_constraint(op.f("fk_contacts_about"), "contacts", type_="foreignkey")
    op.drop_index("ix_contacts_waiting", table_name="contacts", postgresql_where=sa.text("stage = 'waiting'"))
    op.drop_column("contacts", "reason")
    op.drop_column("contacts", "attempts")
    op.drop_column("contacts", "claimed_by")
    op.drop_column("contacts", "due_at")
    op.drop_column("contacts", "about")
    op.drop_column("contacts", "stage")
    op.drop_index(op.f("ix_publications_service_id"), table_name="publications")
    op.drop_table("publications")
    op.drop_index(op.f("ix_actions_issue_id_at"), table_name="actions")
    op.drop_table("actions")
