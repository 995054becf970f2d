"""Members of staff and their roles; their links and sessions; when a key or a session was last used"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

NEW_COLUMNS: dict[str, Any] = {
    "person_id": sa.Integer(),
    "last_seen_at": sa.DateTime(timezone=True),
    "browser_digest": sa.LargeBinary(),
    "asked_from": sa.LargeBinary(),
}


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("language", sa.String(), server_default="en", nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
        sa.UniqueConstraint("subject", name=op.f("uq_people_subject")),
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("from_directory", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_memberships_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_memberships_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("person_id", "service_id", name=op.f("uq_memberships_person_id_service_id")),
    )
    op.create_index(op.f("ix_memberships_service_id"), "memberships", ["service_id"])
    op.create_index(
        "uq_memberships_admin",
        "memberships",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("service_id IS NULL"),
    )
    for name, kind in NEW_COLUMNS.items():
        op.add_column("credentials", sa.Column(name, kind, nullable=True))
    op.alter_column("credentials", "role", nullable=True)
    op.create_foreign_key(
        op.f("fk_credentials_person_id"), "credentials", "people", ["person_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index(op.f("ix_credentials_person_id"), "credentials", ["person_id"])


def downgrade() -> None:
    op.execute("DELETE FROM credentials WHERE role IS NULL")
    op.drop_index(op.f("ix_credentials_person_id"), "credentials")
    op.drop_constraint(op.f("fk_credentials_person_id"), "credentials", type_="foreignkey")
    op.alter_column("credentials", "role", nullable=False)
    for name in NEW_COLUMNS:
        op.drop_column("credentials", name)
    op.drop_table("memberships")
    op.drop_table("people")
