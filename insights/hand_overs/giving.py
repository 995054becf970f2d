"""Who hands something over, what must be so, and what becomes of it over there."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated

import msgspec
from sqlalchemy import func, literal, or_, select, tuple_, update
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import Principal, Role, scope
from feedback.record.errors import Conflict, Malformed
from feedback.record.models import Feedback, HandOver, HeldRaw, Issue, Service, Statement, new_id
from feedback.record.privacy import erasure, exclusion
from feedback.record.states import WorkKind
from feedback.record.work.service_work import ask
from insights.alerts.rules import fan_out
from insights.hand_overs.moving import locked, move, note
from insights.issues.decisions import lifecycle, reassignment
from insights.issues.decisions.lifecycle import LongText
from insights.issues.decisions.verdict_overrides import READ_STAGES

MOST_PIECES = 10_000
"""Pieces that are handed over at once."""


class HandOverRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To which service, by its slug or its whole name in any language, and why; both are shown to its people."""

    to: Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]
    reason: LongText | None = None


def hand_over_piece(session: Session, who: Principal, piece: Feedback, wanted: HandOverRequest) -> HandOver:
    """Hands one piece over, with what its citizen said again about it. Raises as `hand_over_issue` does."""
    with scope.lifted(session):
        giver, to = _lock_services(session, piece.service_id, wanted)
        return _hand_over(session, who, giver, to, [piece.id], wanted.reason)


def hand_over_issue(session: Session, who: Principal, issue: Issue, wanted: HandOverRequest) -> HandOver:
    """Hands over all pieces of an issue, whatever else they say; over there they are an issue of the same name.

    The issue stays, since more of the like may come. Raises `Malformed` for a service that is not there, or is its
    own; `Conflict` for what is not read, is there already, or is too much; `Forbidden` where raw text is held of any of
    it and somebody is no owner.
    """
    with scope.lifted(session):
        giver, to = _lock_services(session, issue.service_id, wanted)
        lifecycle.lock(session, issue)
        rows = session.execute(select(Statement.id, Statement.feedback_id).where(Statement.issue_id == issue.id)).all()
        if not rows:
            raise Conflict("there is nothing in this issue to hand over")
        made = _copy(issue, to)
        done = _hand_over(session, who, giver, to, list({row.feedback_id for row in rows}), wanted.reason)
        lifecycle.end_signals(session, issue)
        session.add(made)
        session.flush()
        done.issue_id, done.made_id = issue.id, made.id
        placed = {"issue_id": made.id, "assigned_by": reassignment.BY_PERSON}
        session.execute(update(Statement).where(reassignment.among([row.id for row in rows])).values(placed))
        lifecycle.note(session, who, issue, f"handed over to {to.name}", wanted.reason, pieces=done.pieces)
        lifecycle.note(session, who, made, f"handed over by {giver.name}", wanted.reason, pieces=done.pieces)
        return done


def _lock_services(session: Session, giver_id: int, wanted: HandOverRequest) -> tuple[Service, Service]:
    """Whoever gives need not see the service; they must know what it is called."""
    name = wanted.to.strip()
    in_languages = func.jsonb_each_text(Service.stored_properties["names"]).table_valued("key", "value")
    named = or_(
        Service.slug == name,
        func.lower(Service.name) == name.lower(),
        literal(name.lower()).in_(select(func.lower(in_languages.c.value)).select_from(in_languages)),
    )
    found = session.scalars(select(Service).where(named).limit(2)).all()
    if len(found) != 1 or found[0].id == giver_id:
        raise Malformed("there is no one other service of this name", field="to")
    ask(session, [giver_id, found[0].id], WorkKind.REFIT, WorkKind.NOTICE)
    return session.get_one(Service, giver_id), found[0]


def _hand_over(
    session: Session, who: Principal, giver: Service, to: Service, ids: Sequence[uuid.UUID], reason: str | None
) -> HandOver:
    pieces = locked(session, Feedback.id.in_(erasure.with_repeats(session, ids)), Feedback.service_id == giver.id)
    _require_movable(session, who, pieces, to)
    placed = _placed(session, pieces)
    done = HandOver(service_id=giver.id, to_id=to.id, pieces=len(pieces), placed=placed, reason=reason, by=who.name)
    session.add(done)
    session.flush()
    move(session, pieces, giver, to.id, done)
    _regroup(session, pieces)
    fan_out.raise_urgent_alerts(session, pieces)
    note(session, who, "handed over", done)
    return done


def _require_movable(session: Session, who: Principal, pieces: Sequence[Feedback], to: Service) -> None:
    if not pieces or any(piece.stage not in READ_STAGES for piece in pieces):
        raise Conflict("what is handed over must have been read, and be kept still")
    if len(pieces) > MOST_PIECES:
        raise Conflict(f"no more than {MOST_PIECES} pieces are handed over at once")
    ids = [piece.id for piece in pieces]
    if session.scalar(select(HeldRaw.feedback_id).where(HeldRaw.feedback_id.in_(ids)).limit(1)):
        access.require(who, Role.owner, pieces[0].service_id)
    own = [(piece.caller, piece.external_id) for piece in pieces if piece.external_id]
    there = (Feedback.service_id == to.id, tuple_(Feedback.caller, Feedback.external_id).in_(own))
    others = or_(Feedback.stands_for.is_(None), Feedback.stands_for.not_in(ids))
    if own and session.scalar(select(Feedback.id).where(*there, others).limit(1)):
        raise Conflict("the other service has some of it already")


def _placed(session: Session, pieces: Sequence[Feedback]) -> dict[str, list[int]]:
    """The statements by their issue."""
    found: dict[str, list[int]] = defaultdict(list)
    rows = session.execute(
        select(Statement.id, Statement.issue_id)
        .where(Statement.feedback_id.in_([piece.id for piece in pieces]), Statement.issue_id.is_not(None))
        .order_by(Statement.id)
    )
    for row in rows:
        found[str(row.issue_id)].append(row.id)
    return dict(found)


def _regroup(session: Session, pieces: Sequence[Feedback]) -> None:
    """Has what counts grouped and looked at over there, as if it had just come; a copy is one no more."""
    for piece in pieces:
        if piece.copy_of or piece.weight:
            exclusion.count_again(session, piece)
    session.flush()


def _copy(issue: Issue, to: Service) -> Issue:
    return Issue(
        id=new_id(),
        service_id=to.id,
        title=issue.title,
        titled_by=issue.titled_by,
        titles=issue.titles,
        title_sure=issue.title_sure,
        keywords=list(issue.keywords),
        quotes=list(issue.quotes),
        language=issue.language,
        tone=issue.tone,
        model=issue.model,
        centroid=issue.centroid,
        radius=issue.radius,
    )


def listed(session: Session, giver: Service, limit: int, before: int | None = None) -> Sequence[HandOver]:
    """Lists what a service handed over, the latest first; `before` is the last id of the page before."""
    query = select(HandOver).where(HandOver.service_id == giver.id)
    if before is not None:
        query = query.where(HandOver.id < before)
    return session.scalars(query.order_by(HandOver.id.desc()).limit(limit)).all()


def receiver_of(session: Session, issue: Issue) -> str:
    """Names the service that all of an issue was last given to, "" where none was or it was taken back."""
    given = (HandOver.issue_id == issue.id, HandOver.taken_back_at.is_(None))
    done = session.scalar(select(HandOver).where(*given).order_by(HandOver.id.desc()).limit(1))
    return receiver_name(session, done) if done else ""


def receiver_name(session: Session, done: HandOver) -> str:
    """Names the service that it was given to, which whoever reads this may not see otherwise."""
    with scope.lifted(session):
        return session.get_one(Service, done.to_id).display_name
