"""PostgreSQL's planner samples columns into its statistics, where no erasure reaches: columns with words are spared"""

from alembic import op

revision = "0019"
down_revision = "0018"

WORDS = {
    "feedback": {"text": "varchar", "page_url": "varchar", "external_id": "varchar", "batch": "varchar"},
    "statements": {"text": "varchar"},
    "issues": {"title": "varchar", "keywords": "text[]"},
    "issues_before": {"title": "varchar", "keywords": "text[]"},
    "themes": {"title": "varchar"},
    "deliveries": {"answer": "varchar"},
}
DOCUMENTS = {
    "feedback": ("attributes", "verdicts", "urgent"),
    "issue_events": ("details",),
    "alerts": ("facts",),
}
INDEX = "ix_statements_words"


def upgrade() -> None:
    """To set a column's type, even to what it is, drops the samples that were taken of it."""
    for table, column, kind in _columns():
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind}")
    op.execute(f"ALTER INDEX {INDEX} ALTER COLUMN 1 SET STATISTICS 0")


def downgrade() -> None:
    op.execute(f"ALTER INDEX {INDEX} ALTER COLUMN 1 SET STATISTICS -1")
    for table, column, _ in _columns():
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS -1")


def _columns() -> list[tuple[str, str, str]]:
    words = [(table, column, kind) for table, columns in WORDS.items() for column, kind in columns.items()]
    return words + [(table, column, "jsonb") for table, columns in DOCUMENTS.items() for column in columns]
