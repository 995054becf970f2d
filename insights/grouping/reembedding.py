"""After a change of encoder what was said before is embedded anew, in batches; issues keep their ids and their members.

The rows themselves tell what is left to do (`embedded_by`), so that who is interrupted goes on where it was. Meanwhile
nobody groups in the service or looks at it (feedback/record/work/stages.py): two encoders do not compare.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from feedback.record.models import Issue, ServiceWork, Statement
from feedback.record.models.base import update_rows
from feedback.record.states import WorkKind
from insights.statement_arrays import halves, matrix
from nlp.embed.strata import stratum_of
from nlp.embed.vectors import Floats, unit
from nlp.group import topics

STATEMENTS_AT_ONCE = 512
EMBEDDED_AT = "embedded_at"
"""In the state of the work: when the last statement of the service was embedded anew."""


class OldStatement(NamedTuple):
    """A statement whose vector is from another encoder than the one that embeds its language now."""

    id: int
    text: str
    language: str


def old_statements(session: Session, service_id: int, embedded_by: Callable[[str], str]) -> list[OldStatement]:
    """Read the next statements to embed anew, one more than are embedded at once where there are more."""
    mine = (Statement.service_id == service_id, Statement.vector.is_not(None))
    pairs = session.execute(select(Statement.language, Statement.embedded_by).where(*mine).distinct()).all()
    old = [
        and_(Statement.language == row.language, Statement.embedded_by.is_not_distinct_from(row.embedded_by))
        for row in pairs
        if row.embedded_by != embedded_by(row.language)
    ]
    if not old:
        return []
    chosen = select(Statement.id, Statement.text, Statement.language).where(*mine, or_(*old))
    rows = session.execute(chosen.order_by(Statement.id).limit(STATEMENTS_AT_ONCE + 1))
    return [OldStatement(*row) for row in rows]


def store(session: Session, batch: Sequence[OldStatement], vectors: Floats, embedded_by: Callable[[str], str]) -> None:
    """Store new vectors, (n, d), where the statements are still there: what was erased meanwhile stays erased."""
    there = select(Statement.id).where(Statement.id.in_([one.id for one in batch]), Statement.vector.is_not(None))
    kept = set(session.scalars(there.with_for_update()))
    rows: list[dict[str, Any]] = [
        {"id": one.id, "vector": vector, "embedded_by": embedded_by(one.language)}
        for one, vector in zip(batch, vectors, strict=True)
        if one.id in kept
    ]
    update_rows(session, Statement, rows)


def settle(session: Session, service_id: int) -> dict[str, str]:
    """Place the issues of a service where their statements now are, and return what the work is to remember."""
    issues = session.scalars(select(Issue).where(Issue.service_id == service_id, Issue.ended_at.is_(None)))
    for issue in issues.all():
        _place(session, issue)
    # The regions that the detector remembers lie among the old vectors.
    noticing = (ServiceWork.service_id == service_id, ServiceWork.kind == WorkKind.NOTICE)
    session.execute(update(ServiceWork).where(*noticing).values(remembered=None))
    return {EMBEDDED_AT: dt.datetime.now(dt.UTC).isoformat()}


def _place(session: Session, issue: Issue) -> None:
    columns = (halves(Statement.vector).label("vector"), Statement.language, Statement.embedded_by)
    rows = session.execute(select(*columns).where(Statement.issue_id == issue.id, Statement.vector.is_not(None))).all()
    if rows:
        vectors = matrix([row.vector for row in rows])
        centroid = unit(np.mean(vectors, axis=0))
        issue.centroid, issue.radius = centroid.tolist(), topics.radius(vectors @ centroid)
        strata = Counter(stratum_of(row.language, issue.tone, row.embedded_by).language for row in rows)
        issue.language = strata.most_common(1)[0][0]
