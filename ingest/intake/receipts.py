"""What became of a piece of feedback, for whoever holds its receipt; and taking it back."""

import datetime as dt
import uuid

import msgspec
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from feedback.i18n.titles import language_of
from feedback.record import receipts
from feedback.record.errors import Conflict, NotFound
from feedback.record.models import Action, Feedback, Issue, Service, Statement, new_id
from feedback.record.privacy import erasure
from feedback.record.states import ChannelName, FeedbackStage, IssueStatus
from feedback.record.work.service_work import ask

RECEIPT_STATES = {
    FeedbackStage.CLEAN: "received",
    FeedbackStage.GROUP: "received",
    FeedbackStage.DONE: "read",
    FeedbackStage.SET_ASIDE: "received",
    FeedbackStage.WITHDRAWN: "withdrawn",
    FeedbackStage.EXPIRED: "expired",
    FeedbackStage.HANDED_OVER: "received",
}


class UnderstoodAs(msgspec.Struct, frozen=True):
    """An issue that it belongs to, and where the team is with it. `language`: of the title; `titles`: by language."""

    issue: uuid.UUID
    title: str
    status: str
    language: str
    titles: dict[str, str]


class TeamAction(msgspec.Struct, frozen=True):
    """What the team changed about it, and when."""

    what: str
    at: dt.datetime


class Receipt(msgspec.Struct, frozen=True):
    """`state`: received, read (by the machine, and open to the team), withdrawn or expired. No word of the message."""

    receipt: str
    service: str
    service_name: str
    channel: str
    state: str
    received_at: dt.datetime
    understood_as: list[UnderstoodAs]
    done: list[TeamAction]


def find(session: Session, code: str) -> Feedback:
    """Takes the code as people type it."""
    found = session.scalar(select(Feedback).where(Feedback.receipt == receipts.normal(code)))
    if found is None:
        raise NotFound("there is no receipt with this code")
    return (session.get(Feedback, found.stands_for) if found.stands_for else None) or found


def look_up(session: Session, code: str) -> Receipt:
    found = find(session, code)
    service = session.get_one(Service, found.service_id)
    issues = session.scalars(_issues(found)).all()
    return Receipt(
        receipt=found.receipt,
        service=service.slug,
        service_name=service.name,
        channel=found.channel,
        state=RECEIPT_STATES[found.stage],
        received_at=found.received_at,
        understood_as=[_understood_as(issue) for issue in issues],
        done=_done(session, [issue.id for issue in issues]),
    )


def _understood_as(issue: Issue) -> UnderstoodAs:
    language = language_of(issue.title, issue.titles) or issue.language
    return UnderstoodAs(issue.id, issue.title, issue.status, language, issue.titles)


def _issues(found: Feedback) -> Select[Issue]:
    of_it = select(Statement.issue_id).where(Statement.feedback_id == found.id)
    return select(Issue).where(Issue.id.in_(of_it)).order_by(Issue.id)


def _done(session: Session, issue_ids: list[uuid.UUID]) -> list[TeamAction]:
    actions = select(Action).where(Action.issue_id.in_(issue_ids)).order_by(Action.at)
    return [TeamAction(action.what, action.at) for action in session.scalars(actions)]


def not_fixed(session: Session, code: str) -> None:
    """They say it again: a further report of what they had said, counted once for each time that it was resolved.

    Raises `Conflict` where nothing of it is resolved.
    """
    found = find(session, code)
    session.get_one(Feedback, found.id, with_for_update=True, populate_existing=True)
    resolved = session.scalars(_issues(found).where(Issue.status == IssueStatus.RESOLVED)).all()
    if not resolved:
        raise Conflict("nothing that this was about is resolved")
    since = max(issue.status_at for issue in resolved if issue.status_at)
    again = (Feedback.caller == erasure.repeats_of(found.id), Feedback.external_id == since.isoformat())
    if session.scalar(select(exists().where(*again))):
        return
    repeat = _repeat(found, since, dt.datetime.now(dt.UTC))
    session.add(repeat)
    session.flush()
    mine = select(Statement).where(
        Statement.feedback_id == found.id, Statement.issue_id.in_([issue.id for issue in resolved])
    )
    session.add_all(_said_again(said, repeat) for said in session.scalars(mine))
    ask(session, [found.service_id], "notice")


def _repeat(found: Feedback, since: dt.datetime, now: dt.datetime) -> Feedback:
    return Feedback(
        id=new_id(),
        service_id=found.service_id,
        channel=ChannelName.WEB,
        receipt=receipts.fresh(),
        caller=erasure.repeats_of(found.id),
        external_id=since.isoformat(),
        digest=found.digest,
        said_at=now,
        received_at=now,
        done_at=now,
        language=found.language,
        text=found.text,
        weight=found.weight,
        stage=FeedbackStage.DONE,
    )


REPEATED_COLUMNS = (
    *("service_id", "position", "text", "begin", "end", "language", "kind", "filler", "evidence", "severity"),
    "offset",
    *("vector", "embedded_by", "issue_id", "sureness", "assigned_by"),
)


def _said_again(said: Statement, repeat: Feedback) -> Statement:
    same = {name: getattr(said, name) for name in REPEATED_COLUMNS}
    return Statement(feedback_id=repeat.id, said_at=repeat.said_at, **same)


def take_back(session: Session, code: str) -> None:
    """Erases what was said; that something was once said and taken back remains. Twice is as good as once."""
    found = find(session, code)
    if found.stage != FeedbackStage.WITHDRAWN:
        erasure.erase(session, erasure.with_repeats(session, [found.id]), by="citizen")
