"""What is known now of the signals that stand: a signal itself stays as it was raised."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ColumnExpressionArgument, and_, any_, func, or_, select, true, union
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import LateralFromClause

from feedback.record.models import Feedback, Issue, Signal, Statement
from feedback.record.states import FeedbackStage, SignalTier
from insights.detection.statistics.pace import Pace, pace
from insights.issues.quotes import QUOTE_COLUMNS, choose, quote
from insights.presentation.schemas import Quote, SignalNow
from insights.statement_arrays import halves

LATEST_STATEMENTS = 40
"""Statements of a signal from which its quotes are chosen."""

LEAST_HALF = dt.timedelta(minutes=10)
"""The least time in which reports are counted to tell at what pace they come."""


def of_signals(session: Session, signals: Sequence[Signal], *, quoted: bool = True) -> dict[uuid.UUID, SignalNow]:
    """Tells what is known now of each signal that stands and was sent, by its id; `quoted`: with what people said."""
    standing = [one for one in signals if one.tier == SignalTier.SIGNAL and one.ended_at is None]
    ids = [one.id for one in standing]
    if not ids:
        return {}
    counts, now = _counts(session, ids), dt.datetime.now(dt.UTC)
    quotes = _quotes(session, ids) if quoted else {}
    return {one.id: _now(one, counts[one.id], _pace(session, one, now), quotes.get(one.id, [])) for one in standing}


class Reported(NamedTuple):
    """How many distinct pieces have reported on a signal since it began, and when the last of them did.

    Never fewer than it was raised on: some of those may be kept no longer.
    """

    reports: int
    last: dt.datetime


def reported(session: Session, signals: Sequence[Signal]) -> dict[uuid.UUID, Reported]:
    """Counts what has been reported on each signal, by its id."""
    counts = _counts(session, [one.id for one in signals])
    return {one.id: _summed(one, counts[one.id]) for one in signals}


def _summed(signal: Signal, counts: Sequence[Any]) -> Reported:
    reports = max(signal.observed, sum(row.reports for row in counts))
    return Reported(reports, max((row.last for row in counts), default=signal.last_report_at))


def _now(signal: Signal, counts: Sequence[Any], pace: Pace, quotes: list[Quote]) -> SignalNow:
    by_channel = {row.channel: row.reports for row in counts} or dict(signal.channels)
    reports, last = _summed(signal, counts)
    return SignalNow(
        reports=reports,
        since=signal.since,
        last_report_at=last,
        pace=pace,
        by_channel=by_channel,
        only_channel=next(iter(by_channel)) if len(by_channel) == 1 else None,
        quotes=quotes,
    )


def _reported() -> ColumnElement[bool]:
    """What it was raised on, and what has been said of its issue since it began."""
    since = or_(Statement.said_at >= Signal.since, Statement.feedback_id == any_(Signal.feedback_ids))
    return and_(Statement.issue_id == Signal.issue_id, Statement.evidence, since)


def _counts(session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[Any]]:
    rows = session.execute(
        select(
            Signal.id,
            Feedback.channel,
            func.count(Feedback.id.distinct()).label("reports"),
            func.max(Feedback.said_at).label("last"),
        )
        .join(Statement, _reported())
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Signal.id.in_(ids), Feedback.weight > 0)
        .group_by(Signal.id, Feedback.channel)
        .order_by(Signal.id, func.count(Feedback.id.distinct()).desc())
    )
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.id].append(row)
    return found


def _pace(session: Session, signal: Signal, now: dt.datetime) -> Pace:
    """Within the time since it began, but at most twice the window in which it was found: what is over is over.

    What began just now is held against the minutes before it, so that an outage grows from its first minute on.
    """
    half = max(min((now - signal.since) / 2, dt.timedelta(hours=signal.window_hours)), LEAST_HALF)
    start, middle = now - 2 * half, now - half
    pieces = Feedback.id.distinct()
    counts = select(func.count(pieces).filter(Feedback.said_at > middle), func.count(pieces)).where(
        Feedback.said_at >= start, Feedback.weight > 0, Feedback.stage == FeedbackStage.DONE
    )
    reported = or_(Statement.said_at >= signal.since, Statement.feedback_id.in_(signal.feedback_ids))
    of_issue = (Statement.issue_id == signal.issue_id, Statement.evidence, Statement.said_at >= start, reported)
    told = counts.join(Statement, Statement.feedback_id == Feedback.id).where(*of_issue)
    late, both = session.execute(told).one()
    all_late, all_both = session.execute(counts.where(Feedback.service_id == signal.service_id)).one()
    return pace(late, both - late, all_late - late, all_both - both - all_late + late)


def _quotes(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Quote]]:
    """Chosen from the latest that was said since each began, and from what it was raised on."""
    kept = (Statement.issue_id == Signal.issue_id, Statement.evidence, Statement.filler.is_(False))
    since, raised_on = Statement.said_at >= Signal.since, Statement.feedback_id == any_(Signal.feedback_ids)
    parts = [_latest(*kept, which) for which in (since, raised_on)]
    latest = union(
        *(select(Signal.id, part.c.id.label("said")).join(part, true()).where(Signal.id.in_(ids)) for part in parts)
    )
    said = latest.subquery()
    rows = session.execute(
        select(said.c.id.label("signal"), Issue.title, halves(Statement.vector).label("half"), *QUOTE_COLUMNS)
        .join_from(said, Statement, Statement.id == said.c.said)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .join(Issue, Issue.id == Statement.issue_id)
        .where(Feedback.weight > 0)
        .order_by(Statement.said_at.desc(), Statement.id.desc())
    )
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.signal].append(row)
    chosen = {one: choose(told[:LATEST_STATEMENTS], told[0].title) for one, told in found.items()}
    return {one: [quote(row) for row in its] for one, its in chosen.items()}


def _latest(*which: ColumnExpressionArgument[bool]) -> LateralFromClause:
    """The ids of a signal's latest statements of some, by an index."""
    newest = select(Statement.id).where(*which).order_by(Statement.said_at.desc(), Statement.id.desc())
    return newest.limit(LATEST_STATEMENTS).correlate(Signal).lateral()
