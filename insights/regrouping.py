"""What people decide about which statements belong together: issues are merged, or one is split off."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.errors import Malformed
from feedback.record.models import Action, Issue, Statement, new_id
from insights import lifecycle

BY_PERSON = "person"
"""`assigned_by` of what no refit moves."""

WIDEST = 0.5
"""The radius of an issue that was split off, at the least: what is further away hardly says the same."""


def merge(session: Session, who: Principal, issue: Issue, into: Issue, reason: str | None = None) -> None:
    """All that `issue` holds is `into`'s, and what is said like it joins there; refits keep it so."""
    if issue.id == into.id or issue.service_id != into.service_id:
        raise Malformed("an issue is merged into another one of its service")
    for each in sorted((issue, into), key=lambda one: one.id):
        lifecycle.lock(session, each)
    lifecycle.end_signals(session, issue)
    session.execute(update(Statement).where(Statement.issue_id == issue.id).values(issue_id=into.id))
    session.execute(update(Action).where(Action.issue_id == issue.id).values(issue_id=into.id))
    session.execute(update(Issue).where(Issue.merged_into == issue.id).values(merged_into=into.id))
    session.execute(update(Issue).where(Issue.parent_id == issue.id, Issue.id != into.id).values(parent_id=into.id))
    issue.merged_into, into.parent_id = into.id, None if into.parent_id == issue.id else into.parent_id
    into.quotes = into.quotes or issue.quotes
    lifecycle.note(session, who, issue, "merged", reason, other=str(into.id))
    lifecycle.note(session, who, into, "took in another", reason, other=str(issue.id), title=issue.title)


def split(session: Session, who: Principal, issue: Issue, ids: Sequence[int], title: str | None) -> Issue:
    """Those of its statements become an issue of their own, which no refit undoes."""
    lifecycle.lock(session, issue)
    chosen = session.execute(
        select(Statement.id, Statement.text, Statement.vector)
        .where(Statement.id.in_(ids), Statement.issue_id == issue.id)
        .order_by(func.length(Statement.text))
    ).all()
    if not chosen or len(chosen) < len(set(ids)):
        raise Malformed("statements: some are not of this issue, or there are none")
    vectors = [row.vector.to_numpy() for row in chosen if row.vector is not None]
    centroid, radius = _outline(vectors) if vectors else (issue.centroid, 1.0)
    made = Issue(
        id=new_id(),
        service_id=issue.service_id,
        title=title or chosen[0].text[:80],
        titled_by="person" if title else "machine",
        language=issue.language,
        found_by="person",
        parent_id=issue.id,
        model=issue.model,
        centroid=centroid,
        radius=radius,
        quotes=[row.id for row in chosen[:5]],
    )
    session.add(made)
    session.flush()
    _move(session, issue, made, {row.id for row in chosen})
    lifecycle.note(session, who, issue, "split", other=str(made.id), statements=len(chosen))
    lifecycle.note(session, who, made, "split off", other=str(issue.id))
    return made


def _move(session: Session, issue: Issue, to: Issue, ids: set[int]) -> None:
    moved = update(Statement).where(Statement.id.in_(ids))
    session.execute(moved.values(issue_id=to.id, assigned_by=BY_PERSON, sureness=None))
    issue.quotes = [quote for quote in issue.quotes if quote not in ids]


def _outline(vectors: Sequence[np.ndarray]) -> tuple[list[float], float]:
    """The centroid (unit), and the cosine that nine in ten of them reach."""
    rows = np.array(vectors, np.float32)
    total = rows.sum(axis=0)
    centroid = total / max(float(np.linalg.norm(total)), 1e-9)
    return centroid.tolist(), max(float(np.quantile(rows @ centroid, 0.1)), WIDEST)
