"""Changes of a service that came with a calendar file, which is taken back as a whole."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.create_table(
        "change_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_change_imports_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_imports")),
    )
    op.create_index(op.f("ix_change_imports_service_id"), "change_imports", ["service_id"])
    op.add_column("changes", sa.Column("import_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_changes_import_id"), "changes", ["import_id"])
    op.create_foreign_key(
        op.f("fk_changes_import_id"), "changes", "change_imports", ["import_id"], ["id"], ondelete="CASCADE"
    )


def downgrade() -> None:
    op.drop_column("changes", "import_id")
    op.drop_table("change_imports")
