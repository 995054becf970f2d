"""What a trigger compares is written so that `pg_restore`, which knows no operator of an extension, takes it"""

from alembic import op

revision = "0054"
down_revision = "0053"

TRIGGER = """
CREATE OR REPLACE TRIGGER search_vector_outdated
AFTER UPDATE OF service_id, filler, vector, embedded_by ON statements
FOR EACH ROW WHEN ((OLD.service_id, OLD.filler, {old}, OLD.embedded_by)
  IS DISTINCT FROM (NEW.service_id, NEW.filler, {new}, NEW.embedded_by))
EXECUTE FUNCTION forget_search_vector()
"""


def upgrade() -> None:
    """As bytes: `=` of a vector is found by the search path alone, which is empty while a dump is restored."""
    op.execute(TRIGGER.format(old="halfvec_send(OLD.vector)", new="halfvec_send(NEW.vector)"))


def downgrade() -> None:
    op.execute(TRIGGER.format(old="OLD.vector", new="NEW.vector"))
