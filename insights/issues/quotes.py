"""The words of one citizen, as lists and alerts quote them."""

from typing import Any

from feedback.record.models import Feedback, Statement
from insights.presentation.schemas import Quote

LONGEST_QUOTE_CHARACTERS = 400

QUOTE_COLUMNS = (
    Statement.feedback_id,
    Statement.text,
    Statement.said_at,
    Statement.offset,
    Feedback.channel,
    Statement.language,
)
"""What `quote` reads."""


def quote(row: Any) -> Quote:
    """Makes a quote, cut where it is too long, of a row that holds `QUOTE_COLUMNS`."""
    return Quote(
        row.feedback_id, row.text[:LONGEST_QUOTE_CHARACTERS], row.channel, row.said_at, row.offset, row.language
    )
