"""What people decide about which statements belong together: merge, split, move, keep apart.

Each is written down as a `Regrouping`: refits honour it (`insights.grouping.decisions`), and it can be undone
(`undoing.py`).
"""

import textwrap
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.errors import Malformed
from feedback.record.models import Action, Issue, Regrouping, Service, Statement, new_id
from feedback.record.privacy.title_erasure import LONGEST_TITLE_CHARACTERS
from feedback.record.states import RegroupingKind, TitledBy
from insights.issues.decisions import lifecycle, reassignment
from nlp.embed.vectors import unit

MIN_RADIUS = 0.5
"""The least radius (a cosine) of an issue that was split off: what is less alike hardly says the same."""

FEWEST_TITLE_WORDS = 3
MAX_QUOTES = 5


def merge(session: Session, who: Principal, issue: Issue, into: Issue, reason: str | None = None) -> Regrouping:
    """Merges an issue into another: its statements move there, and refits keep them together.

    Raises `Malformed` unless the other is another issue of the same service, `Conflict` if one was merged or has ended.
    """
    if issue.id == into.id or issue.service_id != into.service_id:
        raise Malformed("an issue is merged into another one of its service")
    reassignment.lock_service(session, into.service_id)
    for each in sorted((issue, into), key=lambda one: one.id):
        lifecycle.lock(session, each)
    done = _regrouping(session, who, RegroupingKind.MERGE, issue, into, reason, into)
    done.anchors = list(session.scalars(select(Statement.id).where(Statement.issue_id == into.id)))
    lifecycle.end_signals(session, issue)
    reassignment.move(session, done, into, Statement.issue_id == issue.id, placed=False)
    done.details = {
        "actions": _repoint(session, Action.issue_id, issue, into),
        "merged": _repoint(session, Issue.merged_into, issue, into),
        "children": _repoint(session, Issue.parent_id, issue, into),
        "parent": str(into.parent_id) if into.parent_id else None,
    }
    issue.merged_into, into.parent_id = into.id, None if into.parent_id == issue.id else into.parent_id
    into.quotes = into.quotes or issue.quotes
    lifecycle.note(session, who, issue, "merged", reason, other=str(into.id))
    lifecycle.note(session, who, into, "took in another", reason, other=str(issue.id), title=issue.title)
    return done


def _repoint(session: Session, column: Any, issue: Issue, into: Issue) -> list[str]:
    """Points every row that references `issue` to `into`, and returns the ids of those rows."""
    model = column.class_
    ids = session.scalars(select(model.id).where(column == issue.id, model.id != into.id)).all()
    session.execute(update(model).where(model.id.in_(ids)).values({column: into.id}))
    return [str(identity) for identity in ids]


def split(
    session: Session, who: Principal, issue: Issue, ids: Sequence[int], title: str | None, reason: str | None = None
) -> Issue:
    """Splits statements off an issue into an issue of their own, which no refit undoes.

    Raises `Malformed` unless all of them are of the issue, `Conflict` if it was merged or has ended.
    """
    reassignment.lock_service(session, issue.service_id)
    lifecycle.lock(session, issue)
    chosen = _chosen(session, issue, ids)
    vectors = [row.vector for row in chosen if row.vector is not None]
    centroid, radius = centroid_and_radius(vectors) if vectors else (issue.centroid, 1.0)
    made = Issue(
        id=new_id(),
        service_id=issue.service_id,
        title=title or provisional_title([row.text for row in chosen]),
        titled_by=TitledBy.PERSON if title else TitledBy.STATEMENT,
        language=issue.language,
        tone=issue.tone,
        parent_id=issue.id,
        model=issue.model,
        centroid=centroid,
        radius=radius,
        quotes=[row.id for row in chosen[:MAX_QUOTES]],
    )
    session.add(made)
    session.flush()
    _move(session, _regrouping(session, who, RegroupingKind.SPLIT, issue, made, reason, issue), issue, made, ids)
    lifecycle.note(session, who, issue, "split", reason, other=str(made.id), statements=len(chosen))
    lifecycle.note(session, who, made, "split off", reason, other=str(issue.id))
    return made


def provisional_title(texts: Sequence[str]) -> str:
    """Returns what names an issue until the next refit finds a title: of its statements the shortest that says much."""
    saying = [text for text in texts if len(text.split()) >= FEWEST_TITLE_WORDS] or texts
    return textwrap.shorten(min(saying, key=len), LONGEST_TITLE_CHARACTERS, placeholder="…")


def move(session: Session, who: Principal, said: Statement, to: Issue, reason: str | None = None) -> Regrouping:
    """Moves a statement to another issue of its service, where it stays. Raises as `merge` does."""
    if said.issue_id == to.id or said.service_id != to.service_id:
        raise Malformed("a statement is moved to another issue of its service")
    reassignment.lock_service(session, to.service_id)
    was = session.get(Issue, said.issue_id) if said.issue_id else None
    for each in sorted(filter(None, (was, to)), key=lambda one: one.id):
        lifecycle.lock(session, each)
    done = _regrouping(session, who, RegroupingKind.MOVE, was, to, reason, to)
    _move(session, done, was, to, [said.id])
    if was:
        lifecycle.note(session, who, was, "statement moved away", reason, other=str(to.id))
    lifecycle.note(session, who, to, "statement moved here", reason, other=str(was.id) if was else None)
    return done


def keep_apart(
    session: Session, who: Principal, issue: Issue, ids: Sequence[int], reason: str | None = None
) -> Regrouping:
    """Takes statements out of an issue; no refit puts them back into it. Raises as `split` does."""
    reassignment.lock_service(session, issue.service_id)
    lifecycle.lock(session, issue)
    _chosen(session, issue, ids)
    done = _regrouping(session, who, RegroupingKind.APART, issue, None, reason, issue, set(ids))
    _move(session, done, issue, None, ids)
    lifecycle.note(session, who, issue, "statements kept apart", reason, statements=len(set(ids)))
    return done


def _regrouping(
    session: Session,
    who: Principal,
    kind: RegroupingKind,
    issue: Issue | None,
    other: Issue | None,
    reason: str | None,
    anchor: Issue,
    but: Collection[int] = (),
) -> Regrouping:
    done = Regrouping(
        service_id=anchor.service_id,
        by=who.name,
        kind=kind,
        issue_id=issue.id if issue else None,
        other_id=other.id if other else None,
        reason=reason,
        anchors=[quote for quote in anchor.quotes if quote not in but],
        details={},
    )
    session.add(done)
    session.flush()
    return done


def _chosen(session: Session, issue: Issue, ids: Sequence[int]) -> Sequence[Any]:
    """The statements with these ids, the shortest first. Raises `Malformed` unless all are of the issue."""
    rows = session.execute(
        select(Statement.id, Statement.text, Statement.vector)
        .where(Statement.id.in_(ids), Statement.issue_id == issue.id)
        .order_by(func.length(Statement.text))
    ).all()
    if not rows or len(rows) < len(set(ids)):
        raise Malformed("statements: some are not of this issue, or there are none")
    return rows


def _move(session: Session, done: Regrouping, was: Issue | None, to: Issue | None, ids: Sequence[int]) -> None:
    moved = set(reassignment.move(session, done, to, Statement.id.in_(ids)))
    if was:
        was.quotes = [quote for quote in was.quotes if quote not in moved]


def centroid_and_radius(vectors: ArrayLike) -> tuple[list[float], float]:
    """Returns the centroid as a unit vector, and the cosine to it that nine in ten of the vectors reach."""
    rows = np.array(vectors, np.float32)
    centroid = unit(rows.sum(axis=0))
    return centroid.tolist(), max(float(np.quantile(rows @ centroid, 0.1)), MIN_RADIUS)


def listed(session: Session, service: Service, limit: int, before: int | None = None) -> Sequence[Regrouping]:
    """Lists a service's regroupings, the latest first. `before` is the last id of the page before."""
    query = select(Regrouping).where(Regrouping.service_id == service.id)
    if before:
        query = query.where(Regrouping.id < before)
    return session.scalars(query.order_by(Regrouping.id.desc()).limit(limit)).all()


def standing(session: Session, issue: Issue) -> Sequence[Regrouping]:
    """Lists the regroupings of an issue that were not undone, the latest first."""
    about = (Regrouping.issue_id == issue.id) | (Regrouping.other_id == issue.id)
    query = select(Regrouping).where(about, Regrouping.undone_at.is_(None)).order_by(Regrouping.id.desc())
    return session.scalars(query).all()
