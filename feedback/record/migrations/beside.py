"""What a migration does to a large table while others write to it. Each may be cut off, and is then done again."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from feedback.record.migrations import LOCK_WAIT

INVALID = "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid"


def create_index(name: str, table: str, columns: list[Any], **options: Any) -> None:
    """Makes an index without locking anybody out; `options` are those of `op.create_index`.

    What the migration did before is committed. One that was cut off has left an index that is not valid, which goes.
    """
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")  # it waits for transactions that are under way, and nobody for it
        if op.get_bind().scalar(sa.text(INVALID), {"name": name}):
            op.drop_index(name, postgresql_concurrently=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, if_not_exists=True, **options)
    op.execute(f"SET lock_timeout = '{LOCK_WAIT}'")


def add_unique(name: str, table: str, columns: list[str]) -> None:
    """Holds columns unique together; a migration that is cut off after it may call it again."""
    if not _has_constraint(name):
        create_index(name, table, columns, unique=True)
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}")


def add_foreign_key(name: str, table: str, column: str, to: str, on_delete: str) -> None:
    """Refers to the `id` of another table; the rows that there are, are checked without locking anybody out."""
    if not _has_constraint(name):
        refers = f"FOREIGN KEY ({column}) REFERENCES {to} (id) ON DELETE {on_delete}"
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {refers} NOT VALID")
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def _has_constraint(name: str) -> bool:
    found = op.get_bind().scalar(sa.text("SELECT 1 FROM pg_constraint WHERE conname = :name"), {"name": name})
    return bool(found)
