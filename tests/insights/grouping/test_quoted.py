"""What issues quote, as the multilingual encoder reads it."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import select

from feedback.record.db import Record
from feedback.record.models import Statement
from insights.grouping import quoted
from nlp.embed.vectors import Floats
from tests.insights import made_up

WELSH = "Mae'r lifft wedi torri"


def same_first_letter(texts: Sequence[str]) -> Floats:
    """Texts are alike that begin with the same letter."""
    return np.array([np.eye(26)[ord(text[0].lower()) - ord("a")] for text in texts], np.float32)


def test_each_issue_is_as_like_as_its_most_alike_quote_and_by_its_title_where_none_is_left(
    record: Record, blue_badge: str
) -> None:
    with record.transaction() as session:
        one, other, bare = (made_up.issue(session, blue_badge, title) for title in ("Lifts", "Phones", "My title"))
        for issue, text in ((one, "The lift broke"), (one, "My lift broke"), (other, "Nobody answers")):
            made_up.report(session, issue, text)
        session.flush()
        for issue in (one, other):
            issue.quotes = list(session.scalars(select(Statement.id).where(Statement.issue_id == issue.id)))
        bare.quotes = [-1]
        session.flush()
        found = quoted.likeness(session, lambda: same_first_letter, [WELSH, "Nid oes"], [other.id, one.id, bare.id])
        assert found is not None and found.tolist() == [[0, 1, 1], [1, 0, 0]]
        assert quoted.likeness(session, lambda: None, [WELSH], [one.id]) is None
