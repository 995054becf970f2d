"""What a backtest of a service's history found is called that, and so is the work"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"

RENAMED = (
    "ALTER TABLE {0} RENAME TO {1}",
    "ALTER TABLE {1} RENAME CONSTRAINT pk_{0} TO pk_{1}",
    "ALTER TABLE {1} RENAME CONSTRAINT fk_{0}_service_id TO fk_{1}_service_id",
    "ALTER TABLE {1} RENAME CONSTRAINT fk_{0}_statement_id TO fk_{1}_statement_id",
    "ALTER INDEX ix_{0}_service_id_detected_at RENAME TO ix_{1}_service_id_detected_at",
    "ALTER INDEX ix_{0}_statement_id RENAME TO ix_{1}_statement_id",
)
WORK = sa.text("UPDATE service_work SET kind = :new WHERE kind = :old")


def upgrade() -> None:
    for statement in RENAMED:
        op.execute(statement.format("hindsights", "backtest_signals"))
    op.execute(WORK.bindparams(old="look_back", new="backtest"))


def downgrade() -> None:
    for statement in RENAMED:
        op.execute(statement.format("backtest_signals", "hindsights"))
    op.execute(WORK.bindparams(old="backtest", new="look_back"))
