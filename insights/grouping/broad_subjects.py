"""The issues of a service put into a few broad subjects, by which its list can be read."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.models import Issue, Statement
from feedback.record.models.base import update_rows
from insights.issues.queries.issues import LIVING
from insights.statement_arrays import halves, matrix
from nlp.group import hierarchy


def renew(session: Session, service_id: int) -> None:
    """Puts every living issue of a service into a broad subject; issues, praise and filler, and languages, apart.

    A subject is named by an issue of it: by one that named a subject before, where one is among them, else by the
    largest. What is in none, or alone in one, has no subject.
    """
    strata: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in session.execute(_living(service_id)):
        strata[row.language, row.tone].append(row)
    now: dict[uuid.UUID, uuid.UUID | None] = dict.fromkeys(session.scalars(_placed(service_id)))
    for rows in strata.values():
        now |= _subjects(rows)
    update_rows(session, Issue, [{"id": it, "broad_id": subject} for it, subject in now.items()])


def _living(service_id: int) -> Any:
    columns = (Issue.id, Issue.broad_id, Issue.language, Issue.tone, halves(Issue.centroid).label("half"))
    held = select(*columns, func.count(Statement.id).label("size")).join(Statement, Statement.issue_id == Issue.id)
    return held.where(Issue.service_id == service_id, *LIVING).group_by(Issue.id).order_by(Issue.id)


def _placed(service_id: int) -> Any:
    return select(Issue.id).where(Issue.service_id == service_id, Issue.broad_id.is_not(None))


def _subjects(rows: Sequence[Any]) -> dict[uuid.UUID, uuid.UUID | None]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row, label in zip(rows, hierarchy.broad(matrix([row.half for row in rows])).tolist(), strict=True):
        found[label].append(row)
    return {row.id: _named_by(its) for its in found.values() if len(its) > 1 for row in its}


def _named_by(rows: Sequence[Any]) -> uuid.UUID:
    named_before = {row.broad_id for row in rows}
    best: uuid.UUID = max(rows, key=lambda row: (row.id in named_before, row.size, str(row.id))).id
    return best
