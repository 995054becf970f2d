"""What is known now of the signals that stand: a signal itself stays as it was raised."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, and_, any_, func, or_, select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Issue, Signal, Statement
from feedback.record.states import FeedbackStage, SignalTier
from insights.detection.statistics.pace import Pace, pace
from insights.issues.quotes import QUOTE_COLUMNS, quote
from insights.presentation.schemas import Quote, SignalNow
from insights.statement_arrays import halves, matrix
from nlp.embed.vectors import inwards, unit
from nlp.group.titles import examples

LATEST_STATEMENTS = 40
"""Statements of a signal from which its quotes are chosen."""

MOST_QUOTES = 3
LEAST_HALF = dt.timedelta(minutes=10)
"""The least time in which reports are counted to tell at what pace they come."""

LEAST_LIKENESS = 0.35
"""The cosine to the middle of what is said that a quote has: what lies farther out is said beside it."""


def of_signals(session: Session, signals: Sequence[Signal]) -> dict[uuid.UUID, SignalNow]:
    """Tells what is known now of each signal that stands and was sent, by its id."""
    standing = [one for one in signals if one.tier == SignalTier.SIGNAL and one.ended_at is None]
    ids = [one.id for one in standing]
    if not ids:
        return {}
    counts, paces = _counts(session, ids), _paces(session, ids)
    return {
        one.id: _now(one, counts[one.id], paces.get(one.id, "steady"), _quotes(session, one.id)) for one in standing
    }


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


def _paces(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Pace]:
    """Within the time since each began, but at most twice the window in which it was found: what is over is over.

    What began just now is held against the minutes before it, so that an outage grows from its first minute on.
    """
    since = func.extract("epoch", func.now() - Signal.since)
    half = func.greatest(func.least(since / 2, Signal.window_hours * 3600), LEAST_HALF.total_seconds())
    middle, start = (func.now() - func.make_interval(0, 0, 0, 0, 0, 0, seconds) for seconds in (half, 2 * half))
    of_issue = select(Statement.id).where(Statement.feedback_id == Feedback.id, _reported()).correlate(Signal, Feedback)
    told = of_issue.limit(1).scalar_subquery().is_not(None)
    late, early = Feedback.said_at > middle, Feedback.said_at <= middle
    query = (
        select(
            Signal.id,
            func.count().filter(told, late).label("late"),
            func.count().filter(told, early).label("early"),
            func.count().filter(late).label("all_late"),
            func.count().filter(early).label("all_early"),
        )
        .join(Feedback, and_(Feedback.service_id == Signal.service_id, Feedback.said_at >= start))
        .where(Signal.id.in_(ids), Feedback.weight > 0, Feedback.stage == FeedbackStage.DONE)
        .group_by(Signal.id)
    )
    return {
        row.id: pace(row.late, row.early, row.all_late - row.late, row.all_early - row.early)
        for row in session.execute(query)
    }


def _quotes(session: Session, signal_id: uuid.UUID) -> list[Quote]:
    latest = (
        select(Issue.title, halves(Statement.vector).label("half"), *QUOTE_COLUMNS)
        .join_from(Signal, Issue, Issue.id == Signal.issue_id)
        .join(Statement, _reported())
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Signal.id == signal_id, Feedback.weight > 0, Statement.filler.is_(False))
        .order_by(Statement.said_at.desc(), Statement.id.desc())
        .limit(LATEST_STATEMENTS)
    )
    return [quote(row) for row in choose(session.execute(latest).all())]


def choose(rows: Sequence[Any]) -> list[Any]:
    """Chooses the most telling of a signal's statements, then the newest that are whole and about it; one of a piece.

    What several said in the same words is shown once, as long as there are other words to show.
    `rows` are the newest first, each with `text`, `half` (a vector as the store has it, or None) and `title`.
    """
    size = max((len(row.half) for row in rows if row.half), default=0)
    seen = [row for row in rows if row.half and len(row.half) == size]
    if not seen:
        return _one_each(rows)
    vectors = matrix([row.half for row in seen])
    texts, centre = [row.text for row in seen], unit(vectors.sum(axis=0))
    near = vectors @ centre >= LEAST_LIKENESS
    best = seen[examples.telling(texts, vectors, inwards(vectors, np.arange(len(seen)), centre), seen[0].title)]
    whole = [row for row, is_near in zip(seen, near, strict=True) if is_near and examples.is_whole(row.text)]
    return _one_each([best, *whole, *seen, *rows])


def _one_each(rows: Sequence[Any]) -> list[Any]:
    first = {row.feedback_id: row for row in reversed(rows)}
    pieces = [first[identity] for identity in dict.fromkeys(row.feedback_id for row in rows)]
    words = {row.text.casefold(): row for row in reversed(pieces)}
    return sorted(pieces, key=lambda row: words[row.text.casefold()] is not row)[:MOST_QUOTES]
