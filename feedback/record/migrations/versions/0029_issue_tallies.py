"""What issues add up to is kept, and triggers note which of them have changed since"""

import sqlalchemy as sa
from alembic import op

from feedback.record.migrations import beside

revision = "0029"
down_revision = "0028"

NOTED = """
CREATE FUNCTION note_untallied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO untallied_issues (issue_id, service_id)
  SELECT DISTINCT issue_id, service_id FROM changed WHERE issue_id IS NOT NULL;
  RETURN NULL;
END $$
"""

NOTED_WHERE_MOVED = """
CREATE FUNCTION note_untallied_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO untallied_issues (issue_id, service_id)
  SELECT DISTINCT issue_id, service_id FROM (
    SELECT unnest(ARRAY[was.issue_id, changed.issue_id]) AS issue_id, changed.service_id FROM was
    JOIN changed ON changed.id = was.id AND changed.issue_id IS DISTINCT FROM was.issue_id
  ) moved WHERE issue_id IS NOT NULL;
  RETURN NULL;
END $$
"""

NOTED_WHERE_WEIGHED = """
CREATE FUNCTION note_untallied_weighed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO untallied_issues (issue_id, service_id)
  SELECT DISTINCT issue_id, service_id FROM statements WHERE feedback_id = NEW.id AND issue_id IS NOT NULL;
  RETURN NULL;
END $$
"""

TRIGGERS = (
    "CREATE TRIGGER untallied_added AFTER INSERT ON statements REFERENCING NEW TABLE AS changed"
    " FOR EACH STATEMENT EXECUTE FUNCTION note_untallied()",
    "CREATE TRIGGER untallied_gone AFTER DELETE ON statements REFERENCING OLD TABLE AS changed"
    " FOR EACH STATEMENT EXECUTE FUNCTION note_untallied()",
    "CREATE TRIGGER untallied_moved AFTER UPDATE ON statements REFERENCING OLD TABLE AS was NEW TABLE AS changed"
    " FOR EACH STATEMENT EXECUTE FUNCTION note_untallied_moved()",
    "CREATE TRIGGER untallied_weighed AFTER UPDATE OF weight ON feedback"
    " FOR EACH ROW WHEN (OLD.weight IS DISTINCT FROM NEW.weight) EXECUTE FUNCTION note_untallied_weighed()",
)


def upgrade() -> None:
    set_aside = sa.text("stage = 'set_aside'")
    beside.create_index("ix_feedback_set_aside", "feedback", ["service_id"], postgresql_where=set_aside)
    op.create_table(
        "issue_tallies",
        sa.Column("issue_id", sa.Uuid(), sa.ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("channel", sa.String(), primary_key=True),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("raw", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Float(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "untallied_issues",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("issue_id", sa.Uuid(), nullable=False, index=True),
        sa.Column("service_id", sa.Integer(), nullable=False),
    )
    for statement in (NOTED, NOTED_WHERE_MOVED, NOTED_WHERE_WEIGHED, *TRIGGERS):
        op.execute(statement)
    op.execute("INSERT INTO untallied_issues (issue_id, service_id) SELECT id, service_id FROM issues")


def downgrade() -> None:
    op.drop_index("ix_feedback_set_aside", "feedback")
    for name, table in (
        ("added", "statements"),
        ("gone", "statements"),
        ("moved", "statements"),
        ("weighed", "feedback"),
    ):
        op.execute(f"DROP TRIGGER untallied_{name} ON {table}")
    for name in ("note_untallied", "note_untallied_moved", "note_untallied_weighed"):
        op.execute(f"DROP FUNCTION {name}")
    op.drop_table("untallied_issues")
    op.drop_table("issue_tallies")
