"""What is noted of a change of an issue tells its day, and what each day of a large issue adds up to is kept"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"

DAY = ", (said_at AT TIME ZONE 'UTC')::date"
NOTE = "INSERT INTO untallied_issues (issue_id, service_id{column}) SELECT DISTINCT issue_id, service_id{day}"

CHANGED = """
CREATE OR REPLACE FUNCTION note_untallied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {note} FROM changed WHERE issue_id IS NOT NULL;
  RETURN NULL;
END $$
"""

MOVED = """
CREATE OR REPLACE FUNCTION note_untallied_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {note} FROM (
    SELECT unnest(ARRAY[was.issue_id, changed.issue_id]) AS issue_id, changed.service_id, changed.said_at FROM was
    JOIN changed ON changed.id = was.id AND changed.issue_id IS DISTINCT FROM was.issue_id
  ) moved WHERE issue_id IS NOT NULL;
  RETURN NULL;
END $$
"""

WEIGHED = """
CREATE OR REPLACE FUNCTION note_untallied_weighed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {note} FROM statements WHERE feedback_id = NEW.id AND issue_id IS NOT NULL;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    """A version that still runs counts whole issues and says nothing of their days: then they are counted anew."""
    op.add_column("untallied_issues", sa.Column("day", sa.Date(), nullable=True))
    op.add_column("issue_tallies", sa.Column("by_day", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "issue_day_tallies",
        sa.Column("issue_id", sa.Uuid(), sa.ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("channel", sa.String(), primary_key=True),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("raw", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Float(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
    )
    _note(NOTE.format(column=", day", day=DAY))


def downgrade() -> None:
    _note(NOTE.format(column="", day=""))
    op.drop_table("issue_day_tallies")
    op.drop_column("issue_tallies", "by_day")
    op.drop_column("untallied_issues", "day")


def _note(note: str) -> None:
    for function in (CHANGED, MOVED, WEIGHED):
        op.execute(function.format(note=note))
