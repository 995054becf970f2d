"""Remember the parts of long text messages after they are joined"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("message_parts", sa.Column("identity", sa.LargeBinary(), nullable=True))
    op.add_column("message_parts", sa.Column("joined", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE message_parts SET identity = sha256(message || convert_to(part::text, 'UTF8'))")
    op.alter_column("message_parts", "identity", nullable=False)
    op.create_unique_constraint(op.f("uq_message_parts_identity"), "message_parts", ["identity"])
    op.drop_constraint(op.f("uq_message_parts_message_part"), "message_parts")
    op.create_index(op.f("ix_message_parts_message"), "message_parts", ["message"])


def downgrade() -> None:
    op.execute("DELETE FROM message_parts WHERE joined")
    op.drop_index(op.f("ix_message_parts_message"), table_name="message_parts")
    op.create_unique_constraint(op.f("uq_message_parts_message_part"), "message_parts", ["message", "part"])
    op.drop_constraint(op.f("uq_message_parts_identity"), "message_parts")
    op.drop_column("message_parts", "joined")
    op.drop_column("message_parts", "identity")
