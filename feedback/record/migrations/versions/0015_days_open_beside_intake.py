"""Raw text that does not refer to its feedback: opening and dropping a day's partition locks no other table"""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.drop_constraint("fk_raw_feedback_id", "raw", type_="foreignkey")


def downgrade() -> None:
    op.create_foreign_key("fk_raw_feedback_id", "raw", "feedback", ["feedback_id"], ["id"], ondelete="CASCADE")
