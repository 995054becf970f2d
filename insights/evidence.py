"""What each signal about an issue rests on, in figures and in words; and what people say of it."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec
from litestar import Router, delete, get, put
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.db import Record
from feedback.record.models import Feedback, Issue, Service, Signal, Statement
from insights import signals
from insights.door import AnyRequest, asker
from insights.issues import LONGEST_QUOTE
from insights.lifecycle import Words
from insights.pages import words
from insights.paging import Cursor, Limit, pack, unpack
from insights.views import Noticing, Quote, SignalView
from insights.vigilance import noticing

QUOTED = 5


class Finding(msgspec.Struct, frozen=True):
    """One signal. `in_words`: how much, since when, how unlikely, beside what change, and what speaks against it.

    `quotes`: the latest words of those that it rests on.
    """

    signal: SignalView
    in_words: list[str]
    quotes: list[Quote]


class Evidence(msgspec.Struct, frozen=True):
    """Why the machine thinks that an issue emerges: `items`, the latest first, what is over included."""

    issue: uuid.UUID
    trend: str
    noticing: Noticing
    items: list[Finding]
    next_cursor: str | None = None


class Doubt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Words | None = None


def findings(
    session: Session, service: Service, issue: Issue, now: dt.datetime, limit: int, before: uuid.UUID | None = None
) -> list[Finding]:
    """The latest first; `before`: the last signal of the page before."""
    query = select(Signal).where(Signal.issue_id == issue.id).order_by(Signal.id.desc()).limit(limit)
    if before:
        query = query.where(Signal.id < before)
    zone = service.properties.time_zone
    return [
        Finding(view, words.finding(view, now, zone), _behind(session, issue, view))
        for view in signals.views(session, session.scalars(query).all())
    ]


def _behind(session: Session, issue: Issue, signal: SignalView) -> list[Quote]:
    """What is only watched has not taken in what was said of it."""
    where = Statement.evidence.is_(True) if signal.tier == "watch" else Statement.issue_id == issue.id
    return _quotes(session, where, signal.feedback_ids, QUOTED)


def quotes(session: Session, issue: uuid.UUID, pieces: Sequence[uuid.UUID], most: int) -> list[Quote]:
    """The last words of these pieces about an issue: what is new, where the issue's own quotes may be old."""
    return _quotes(session, Statement.issue_id == issue, pieces, most)


def _quotes(session: Session, where: ColumnElement[bool], pieces: Sequence[uuid.UUID], most: int) -> list[Quote]:
    rows = session.execute(
        select(Statement.text, Statement.feedback_id, Statement.said_at, Feedback.channel)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(where, Statement.feedback_id.in_(pieces), Statement.filler.is_(False))
        .order_by(Statement.said_at.desc(), Statement.id.desc())
        .limit(most)
    )
    return [Quote(row.feedback_id, row.text[:LONGEST_QUOTE], row.channel, row.said_at) for row in rows]


@get("/v1/issues/{issue:uuid}/evidence", sync_to_thread=True)
def show_evidence(request: AnyRequest, record: Record, issue: uuid.UUID, limit: Limit, cursor: Cursor) -> Evidence:
    """What each signal about an issue rests on, the latest first."""
    now, before = dt.datetime.now(dt.UTC), unpack(cursor, uuid.UUID) if cursor else None
    with record.transaction() as session:
        found = access.issue_for(session, asker(session, request), issue)
        service = session.get_one(Service, found.service_id)
        items = findings(session, service, found, now, limit, before)
        further = pack(items[-1].signal.id) if len(items) == limit else None
        return Evidence(found.id, found.trend, noticing(session, service, now), items, further)


@put("/v1/signals/{signal:uuid}/false-alarm", status_code=204, sync_to_thread=True)
def say_false(request: AnyRequest, record: Record, signal: uuid.UUID, data: Doubt | None = None) -> None:
    """It is a false alarm: it is no longer shown nor sent, and counts as one. An editor says so; it can be undone."""
    with record.transaction() as session:
        who = asker(session, request)
        reason = data.reason if data else None
        signals.say_false(session, who, signals.signal_for(session, who, signal), reason)


@delete("/v1/signals/{signal:uuid}/false-alarm", sync_to_thread=True)
def take_back(request: AnyRequest, record: Record, signal: uuid.UUID) -> None:
    """It was no false alarm."""
    with record.transaction() as session:
        who = asker(session, request)
        signals.take_back(session, who, signals.signal_for(session, who, signal))


router = Router("/", route_handlers=[show_evidence, say_false, take_back], tags=["staff"], security=[{"key": []}])
