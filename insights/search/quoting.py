"""The statements that were found, as they are quoted: the best first, one of each citizen."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Statement
from insights.issues.quotes import QUOTE_COLUMNS, quote
from insights.presentation.schemas import Quote
from insights.search.marks import Marks, marks


class FoundQuote(Quote, frozen=True):
    """What a citizen said; `marks`: the first and the last position (exclusive) of each word that was sought.

    What was taken for spam, abuse or a repeat does not count: whoever finds it in no issue sees why.
    """

    marks: Marks = msgspec.field(default_factory=list)
    counts: bool = True


def read(session: Session, ranked: Sequence[int]) -> list[Any]:
    """Reads the statements with these ids, in their order, as rows that hold what quoting needs."""
    rows = session.execute(
        select(Statement.id, Statement.issue_id, Statement.service_id, Feedback.weight, *QUOTE_COLUMNS)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.id.in_(ranked))
    )
    place = {identity: number for number, identity in enumerate(ranked)}
    return sorted(rows, key=lambda row: place[row.id])


def by_issue(rows: Sequence[Any]) -> dict[uuid.UUID | None, list[Any]]:
    """Groups the rows by their issue; the groups stand in the order of the best row of each."""
    found: dict[uuid.UUID | None, list[Any]] = {}
    for row in rows:
        found.setdefault(row.issue_id, []).append(row)
    return found


def of_each_citizen(rows: Sequence[Any], most: int | None) -> list[Any]:
    """Returns the best row of each piece of feedback, `most` of them or all."""
    first: dict[uuid.UUID, Any] = {}
    for row in rows:
        first.setdefault(row.feedback_id, row)
    return list(first.values())[:most]


def quotes(session: Session, query: str, rows: Sequence[Any]) -> dict[int, FoundQuote]:
    """Makes the quotes of rows, by the id of the statement, with the words of the query marked."""
    plain = [quote(row) for row in rows]
    spans = marks(session, query, [said.text for said in plain])
    return {
        row.id: FoundQuote(**msgspec.structs.asdict(said), marks=found, counts=row.weight > 0)
        for row, said, found in zip(rows, plain, spans, strict=True)
    }
