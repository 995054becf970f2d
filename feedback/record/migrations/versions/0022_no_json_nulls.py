"""What is not urgent has no value there: the JSON value null, which is one, had been written instead"""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.execute("UPDATE feedback SET urgent = NULL WHERE urgent = 'null'")


def downgrade() -> None:
    """Nothing: what reads the one reads the other."""
