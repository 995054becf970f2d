"""The trends of a service's issues, set from their daily counts and their active signals."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from feedback.record import states
from feedback.record.models import Feedback, Issue, Service, Signal, Statement
from feedback.record.states import FeedbackStage, SignalKind, Trend
from insights.detection.statistics import trend
from insights.issues.counts_over_time import day_spans, pieces_within
from insights.issues.queries.signals import shown
from insights.issues.tallies import over_time

COUNTED_DAYS = trend.BASELINE_DAYS + trend.RECENT_DAYS
TREND_OF_SIGNAL: Mapping[str, Trend] = {
    SignalKind.NEW: Trend.NEW,
    SignalKind.SURGE: Trend.EMERGING,
    SignalKind.REGRESSION: Trend.EMERGING,
}

ANEW: Mapping[str, None] = {"trends_at": None}
"""The note to a look that the trends of its service are to be set, however lately that was done."""

DailyCounts = NDArray[np.int64]


def refresh(session: Session, service: Service, now: dt.datetime) -> None:
    """Sets the trend of each issue: by its active signal if it has one, else by its counts."""
    issues = session.scalars(select(Issue).where(Issue.service_id == service.id, Issue.merged_into.is_(None))).all()
    by_issue, volume = daily(session, service, now)
    active = select(Signal.issue_id, Signal.kind).where(Signal.service_id == service.id, *shown())
    kinds: dict[uuid.UUID, str] = {row.issue_id: row.kind for row in session.execute(active)}
    nothing = np.zeros(len(volume), np.int64)
    for issue in issues:
        found = TREND_OF_SIGNAL.get(kinds.get(issue.id, "")) or trend.trend(by_issue.get(issue.id, nothing), volume)
        if issue.trend != found:
            issue.trend = states.Trend(found)


def daily(session: Session, service: Service, now: dt.datetime) -> tuple[dict[uuid.UUID, DailyCounts], DailyCounts]:
    """Counts the distinct pieces of each issue and of the service, by day in its time zone, up to today.

    The arrays are of shape `(COUNTED_DAYS + 1,)`. The first figure of an issue says whether there was anything before.
    """
    today = now.astimezone(ZoneInfo(service.properties.time_zone)).date()
    days = [today - dt.timedelta(days=back) for back in range(COUNTED_DAYS - 1, -1, -1)]
    spans = day_spans(service, days)
    counted = pieces_within(session, spans, Feedback.stage == FeedbackStage.DONE, Feedback.weight > 0)
    ids = session.scalars(select(Issue.id).where(Issue.service_id == service.id)).all()
    by_issue = over_time.daily(session, service, days, ids)
    found = {it: np.array([0, *counts]) for it, counts in by_issue.items() if any(counts)}
    for issue in _old(session, found, spans[0].begin):
        found[issue][0] = 1
    return found, np.array([0, *counted])


def _old(session: Session, found: Mapping[uuid.UUID, DailyCounts], begin: dt.datetime) -> Iterable[uuid.UUID]:
    """The issues without a report in the earlier weeks that had one before them."""
    unsure = [issue for issue, counts in found.items() if not counts[: -trend.RECENT_DAYS].any()]
    older = exists().where(Statement.issue_id == Issue.id, Statement.said_at < begin)
    return session.scalars(select(Issue.id).where(Issue.id.in_(unsure), older)).all()
