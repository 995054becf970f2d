"""Of a piece whose sender is forgotten, whether they had sent something before it on that day"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    """Of what was forgotten before, nobody knows it."""
    op.add_column("feedback", sa.Column("sent_again", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("feedback", "sent_again")
