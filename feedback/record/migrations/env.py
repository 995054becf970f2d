"""Alembic's way in; the connection is handed over by `migrate`."""

from alembic import context

from feedback.record.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
