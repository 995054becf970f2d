"""The vectors of large services once more, in an index of searches of their own"""

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC

revision = "0048"
down_revision = "0047"

OUTDATED = """
CREATE FUNCTION forget_search_vector() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM search_vectors WHERE statement_id = OLD.id;
  RETURN NULL;
END $$
"""

TRIGGER = """
CREATE TRIGGER search_vector_outdated AFTER UPDATE OF service_id, filler, vector, embedded_by ON statements
FOR EACH ROW WHEN ((OLD.service_id, OLD.filler, OLD.vector, OLD.embedded_by)
  IS DISTINCT FROM (NEW.service_id, NEW.filler, NEW.vector, NEW.embedded_by))
EXECUTE FUNCTION forget_search_vector()
"""


def upgrade() -> None:
    op.create_table(
        "search_indexes",
        sa.Column("service_id", sa.Integer(), sa.ForeignKey("services.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "search_vectors",
        sa.Column(
            "statement_id",
            sa.BigInteger(),
            sa.ForeignKey("statements.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column(
            "service_id",
            sa.Integer(),
            sa.ForeignKey("services.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("vector", HALFVEC(384), nullable=False),
    )
    op.create_index(
        "ix_search_vectors_meaning",
        "search_vectors",
        ["vector"],
        postgresql_using="hnsw",
        postgresql_ops={"vector": "halfvec_cosine_ops"},
    )
    op.execute(OUTDATED)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("DROP TRIGGER search_vector_outdated ON statements")
    op.execute("DROP FUNCTION forget_search_vector")
    op.drop_table("search_vectors")
    op.drop_table("search_indexes")
