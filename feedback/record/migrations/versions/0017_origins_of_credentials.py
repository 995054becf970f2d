"""A session or a feed address knows the key that it came from, and a sign-in link when it was used"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("credentials", sa.Column("parent_id", sa.Integer(), nullable=True))
    op.add_column("credentials", sa.Column("used_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_credentials_parent_id"), "credentials", "credentials", ["parent_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index(op.f("ix_credentials_parent_id"), "credentials", ["parent_id"])
    # Nobody knows which key an earlier session came from: people sign in again. Feed addresses stay until they are ended.
    op.execute("UPDATE credentials SET revoked_at = now() WHERE kind IN ('session', 'link') AND revoked_at IS NULL")


def downgrade() -> None:
    op.drop_index(op.f("ix_credentials_parent_id"), "credentials")
    op.drop_constraint(op.f("fk_credentials_parent_id"), "credentials", type_="foreignkey")
    op.drop_column("credentials", "used_at")
    op.drop_column("credentials", "parent_id")
