"""How many pieces each service has by each channel is kept, and triggers note what has come and gone since"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"

CAME = """
CREATE FUNCTION note_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO feedback_tallies (service_id, channel, pieces, whole)
  SELECT service_id, channel, count(*), false FROM came GROUP BY service_id, channel;
  RETURN NULL;
END $$
"""

WENT = """
CREATE FUNCTION note_went() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO feedback_tallies (service_id, channel, pieces, whole)
  SELECT service_id, channel, -count(*), false FROM went GROUP BY service_id, channel;
  RETURN NULL;
END $$
"""

MOVED = """
CREATE FUNCTION note_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO feedback_tallies (service_id, channel, pieces, whole)
  VALUES (OLD.service_id, OLD.channel, -1, false), (NEW.service_id, NEW.channel, 1, false);
  RETURN NULL;
END $$
"""

TRIGGERS = (
    "CREATE TRIGGER tallied_came AFTER INSERT ON feedback REFERENCING NEW TABLE AS came"
    " FOR EACH STATEMENT EXECUTE FUNCTION note_came()",
    "CREATE TRIGGER tallied_went AFTER DELETE ON feedback REFERENCING OLD TABLE AS went"
    " FOR EACH STATEMENT EXECUTE FUNCTION note_went()",
    "CREATE TRIGGER tallied_moved AFTER UPDATE OF service_id, channel ON feedback FOR EACH ROW"
    " WHEN ((OLD.service_id, OLD.channel) IS DISTINCT FROM (NEW.service_id, NEW.channel))"
    " EXECUTE FUNCTION note_moved()",
)


def upgrade() -> None:
    """What there is already, the scheduler counts: here it would keep everybody waiting."""
    op.create_table(
        "feedback_tallies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("service_id", sa.Integer(), nullable=False, index=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
    )
    for statement in (CAME, WENT, MOVED, *TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    for name in ("came", "went", "moved"):
        op.execute(f"DROP TRIGGER tallied_{name} ON feedback")
        op.execute(f"DROP FUNCTION note_{name}")
    op.drop_table("feedback_tallies")
