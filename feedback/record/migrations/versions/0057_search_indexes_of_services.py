"""Each large service gets an index of vectors of its own, which workers make"""

from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    """Until then what is kept of a service is compared."""
    with op.get_context().autocommit_block():
        op.drop_index("ix_search_vectors_meaning", "search_vectors", postgresql_concurrently=True, if_exists=True)


def downgrade() -> None:
    op.create_index(
        "ix_search_vectors_meaning",
        "search_vectors",
        ["vector"],
        postgresql_using="hnsw",
        postgresql_ops={"vector": "halfvec_cosine_ops"},
    )
