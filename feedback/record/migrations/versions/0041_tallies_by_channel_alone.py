"""Where issues were still counted by language, too, they are counted anew by channel alone"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Migration 0029 once made this column; whoever has it got only a part of each issue's reports shown."""
    columns = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("issue_tallies")}
    if "language" in columns:
        op.execute("DELETE FROM issue_tallies")
        op.drop_column("issue_tallies", "language")  # and with it the primary key that it was a part of
        op.create_primary_key("pk_issue_tallies", "issue_tallies", ["issue_id", "channel"])
        op.execute("INSERT INTO untallied_issues (issue_id, service_id) SELECT id, service_id FROM issues")


def downgrade() -> None:
    """Nothing was lost that is not counted anew."""
