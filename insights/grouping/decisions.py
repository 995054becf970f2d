"""What people decided about belonging, read from the store as constraints on a regrouping."""

import uuid
from collections.abc import Mapping, Sequence
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Moved, Regrouping, Statement
from feedback.record.states import RegroupingKind
from insights.grouping.constraints import Constraints, Pairs
from insights.issues.decisions.reassignment import BY_PERSON


def constraints(session: Session, service_id: int) -> Constraints:
    """Read what stands of the decisions about a service; of two about one statement the later holds."""
    standing, latest = _standing(session, service_id), _latest(session, service_id)
    must_link, cannot_link = _links(standing, latest)
    left = {done.id: done.issue_id for done in standing if done.kind == RegroupingKind.APART and done.issue_id}
    return Constraints(
        must_link,
        cannot_link,
        {done.other_id for done in standing if done.kind == RegroupingKind.MERGE and done.other_id},
        _placed(session, service_id),
        {identity: left[number] for identity, number in latest.items() if number in left},
    )


def _standing(session: Session, service_id: int) -> Sequence[Regrouping]:
    mine = select(Regrouping).where(Regrouping.service_id == service_id, Regrouping.undone_at.is_(None))
    return session.scalars(mine.order_by(Regrouping.id)).all()


def _latest(session: Session, service_id: int) -> dict[int, int]:
    """Of each statement that somebody decided about, the last decision that stands."""
    rows = session.execute(
        select(Regrouping.id, Moved.statements)
        .join(Moved, Moved.regrouping_id == Regrouping.id)
        .where(Regrouping.service_id == service_id, Regrouping.undone_at.is_(None))
        .order_by(Regrouping.id)
    )
    return {identity: number for number, ids in rows for identity in ids}


def _links(standing: Sequence[Regrouping], latest: Mapping[int, int]) -> tuple[Pairs, Pairs]:
    """What was merged, or split off, is a chain; what left an issue is held apart from what stands for that issue."""
    together: list[tuple[int, int]] = []
    apart: list[tuple[int, int]] = []
    for done in standing:
        ids = [identity for identity, number in latest.items() if number == done.id]
        anchors = [identity for identity in done.anchors if latest.get(identity, 0) <= done.id]
        if done.kind in (RegroupingKind.MERGE, RegroupingKind.SPLIT):
            together.extend(pairwise(ids + (anchors if done.kind == RegroupingKind.MERGE else [])))
        if done.kind in (RegroupingKind.SPLIT, RegroupingKind.APART):
            apart.extend((identity, anchor) for identity in ids for anchor in anchors[:1])
    return together, apart


def _placed(session: Session, service_id: int) -> dict[int, uuid.UUID]:
    """The statements that a person put into an issue."""
    rows = session.execute(
        select(Statement.id, Statement.issue_id).where(
            Statement.service_id == service_id, Statement.assigned_by == BY_PERSON, Statement.issue_id.is_not(None)
        )
    )
    return {row.id: row.issue_id for row in rows}
