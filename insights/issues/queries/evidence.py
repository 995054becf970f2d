"""What each signal about an issue rests on, in figures and in words."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Issue, Service, Signal, Statement
from feedback.record.states import SignalTier
from insights.issues.queries import signals
from insights.issues.quotes import QUOTE_COLUMNS, quote
from insights.issues.signal_now import named
from insights.presentation import sentences
from insights.presentation.schemas import Quote, SignalView
from insights.presentation.service_schemas import DetectionHealth

QUOTES_PER_SIGNAL = 5


class SignalEvidence(msgspec.Struct, frozen=True):
    """What one signal rests on.

    `in_words` says how much, since when, how unlikely, beside what change, and what speaks against it. `quotes` are the
    latest words of those that it rests on.
    """

    signal: SignalView
    in_words: list[str]
    quotes: list[Quote]


class IssueEvidence(msgspec.Struct, frozen=True):
    """Why the machine thinks that an issue emerges: its signals, the latest first, those that are over included."""

    issue: uuid.UUID
    trend: str
    noticing: DetectionHealth
    items: list[SignalEvidence]
    next_cursor: str | None = None


def of_issue(
    session: Session,
    service: Service,
    issue: Issue,
    now: dt.datetime,
    limit: int,
    before: uuid.UUID | None = None,
    known: Iterable[SignalView | None] = (),
) -> list[SignalEvidence]:
    """Returns what the signals of an issue rest on, the latest first; `before` is the last of the page before.

    `known` are views of some of them that have been made already.
    """
    query = select(Signal).where(Signal.issue_id == issue.id).order_by(Signal.id.desc()).limit(limit)
    rows = session.scalars(query.where(Signal.id < before) if before else query).all()
    views = {view.id: view for view in known if view}
    views |= {view.id: view for view in signals.views(session, [row for row in rows if row.id not in views])}
    zone = service.properties.time_zone
    return [
        SignalEvidence(view, sentences.describe_signal(view, now, zone), _behind(session, issue, view))
        for view in (views[row.id] for row in rows)
    ]


def _behind(session: Session, issue: Issue, signal: SignalView) -> list[Quote]:
    """What is only watched has not taken in what was said of it."""
    where = Statement.evidence.is_(True) if signal.tier == SignalTier.WATCH else Statement.issue_id == issue.id
    return _quotes(session, where, signal.feedback_ids, QUOTES_PER_SIGNAL)


def _quotes(session: Session, where: ColumnElement[bool], pieces: Sequence[uuid.UUID], most: int) -> list[Quote]:
    behind = named(pieces)
    rows = session.execute(
        select(*QUOTE_COLUMNS)
        .join_from(behind, Statement, Statement.feedback_id == behind.c.feedback_id)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(where, Statement.filler.is_(False))
        .order_by(Statement.said_at.desc(), Statement.id.desc())
        .limit(most)
    )
    return [quote(row) for row in rows]
