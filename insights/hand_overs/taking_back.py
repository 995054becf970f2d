"""Taking back what was handed over."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback.record.access import Principal, scope
from feedback.record.errors import Conflict
from feedback.record.models import Feedback, HandOver, Issue, Service, Statement
from feedback.record.privacy import title_erasure
from feedback.record.states import FeedbackStage, TitledBy, WorkKind
from feedback.record.work.service_work import ask
from insights.hand_overs.moving import locked, move, note
from insights.issues.decisions import lifecycle, reassignment
from insights.issues.decisions.regrouping import MAX_QUOTES
from insights.issues.decisions.verdict_overrides import READ_STAGES


def take_back(session: Session, who: Principal, done: HandOver) -> None:
    """Takes back what is still where it was given to; each statement is again in the issue that it was in.

    Raises `Conflict` where that was done, or where nothing of it is there any more.
    """
    with scope.lifted(session):
        ask(session, [done.service_id, done.to_id], WorkKind.REFIT, WorkKind.NOTICE)
        session.get_one(HandOver, done.id, with_for_update=True, populate_existing=True)
        still = (Feedback.hand_over_id == done.id, Feedback.service_id == done.to_id)
        pieces = locked(session, *still, Feedback.stage.in_(READ_STAGES))
        if done.taken_back_at or not pieces:
            raise Conflict("this was taken back, or is there no more")
        made = session.get(Issue, done.made_id) if done.made_id else None
        title = _own_title(session, made, [piece.id for piece in pieces]) if made else ""
        move(session, pieces, session.get_one(Service, done.to_id), done.service_id, done)
        _place_back(session, pieces, done)
        _name_back(session, done, title)
        if given := session.get(Issue, done.issue_id) if done.issue_id else None:
            lifecycle.revive_signals(session, given, done.at)
        if made and not session.scalar(select(Statement.id).where(Statement.issue_id == made.id).limit(1)):
            lifecycle.end_signals(session, made)
            reassignment.end_issue(made)
        done.taken_back_at, done.taken_back_by = dt.datetime.now(dt.UTC), who.name
        note(session, who, "hand-over taken back", done)


def _own_title(session: Session, made: Issue, pieces: Sequence[uuid.UUID]) -> str:
    """What the issue over there is called, where that is none of their own words: of their people, or of who else said
    the like.
    """
    others = select(Statement.id).where(Statement.issue_id == made.id, Statement.feedback_id.not_in(pieces)).limit(1)
    return made.title if made.titled_by != TitledBy.PERSON and session.scalar(others) is None else ""


def _place_back(session: Session, pieces: Sequence[Feedback], done: HandOver) -> None:
    ids = [piece.id for piece in pieces]
    for piece in pieces:
        piece.stage, piece.noticed, piece.hand_over_id = FeedbackStage.DONE, True, None
    session.flush()
    for issue_id, statements in done.placed.items():
        if home := reassignment.home_of(session, uuid.UUID(issue_id)):
            back = (reassignment.among(statements), Statement.feedback_id.in_(ids))
            session.execute(update(Statement).where(*back).values(issue_id=home.id, assigned_by=home.model))
            home.quotes = home.quotes or statements[:MAX_QUOTES]


def _name_back(session: Session, done: HandOver, title: str) -> None:
    issue = session.get(Issue, done.issue_id) if done.issue_id else None
    if issue and issue.title == title_erasure.NAMELESS_TITLE:
        issue.title = title or title_erasure.shortest_said(session, issue)
        issue.titled_by = TitledBy.MACHINE if title else TitledBy.STATEMENT
