"""An id that somebody gives is unique within a service: an admin's key may bring the same of two"""

from alembic import op

from feedback.record.migrations import beside

revision = "0026"
down_revision = "0025"

WIDE = "uq_feedback_caller_external_id"
NARROW = "uq_feedback_caller_external_id_service_id"


def upgrade() -> None:
    beside.add_unique(NARROW, "feedback", ["caller", "external_id", "service_id"])
    op.drop_constraint(WIDE, "feedback", type_="unique")


def downgrade() -> None:
    """The service is added to the ids that stand in several."""
    op.execute(
        "UPDATE feedback AS later SET external_id = external_id || ' of ' || service_id WHERE EXISTS (SELECT 1 FROM"
        " feedback AS first WHERE first.caller = later.caller AND first.external_id = later.external_id"
        " AND first.service_id < later.service_id)"
    )
    op.create_unique_constraint(WIDE, "feedback", ["caller", "external_id"])
    op.drop_constraint(NARROW, "feedback", type_="unique")
