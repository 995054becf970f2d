"""The trends of a service's issues, set from their daily counts and their active signals."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Date, Integer, cast, func, select, type_coerce
from sqlalchemy.orm import Session

from feedback.record import states
from feedback.record.limits import LATEST
from feedback.record.models import Feedback, Issue, Service, Signal, Statement
from feedback.record.states import FeedbackStage, SignalKind, Trend
from insights.detection.statistics import trend
from insights.issues.queries.signals import shown

COUNTED_DAYS = trend.BASELINE_DAYS + trend.RECENT_DAYS
TREND_OF_SIGNAL: Mapping[str, Trend] = {
    SignalKind.NEW: Trend.NEW,
    SignalKind.SURGE: Trend.EMERGING,
    SignalKind.REGRESSION: Trend.EMERGING,
}

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
    zone = ZoneInfo(service.properties.time_zone)
    first = now.astimezone(zone).date() - dt.timedelta(days=COUNTED_DAYS - 1)
    begin = dt.datetime.combine(first, dt.time(), zone)
    day = type_coerce(cast(func.timezone(zone.key, Feedback.said_at), Date) - first, Integer)
    mine = (Feedback.service_id == service.id, Feedback.said_at >= begin, Feedback.said_at < LATEST)
    counts = (*mine, Feedback.stage == FeedbackStage.DONE, Feedback.weight > 0)
    of_service = select(day, func.count()).where(*counts).group_by(day)
    of_issues = (
        select(Statement.issue_id, day, func.count(Feedback.id.distinct()))
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.issue_id.is_not(None), *counts)
        .group_by(Statement.issue_id, day)
    )
    volume = np.zeros(COUNTED_DAYS + 1, np.int64)
    for when, count in session.execute(of_service):
        volume[min(when + 1, COUNTED_DAYS)] += count
    found: dict[uuid.UUID, DailyCounts] = defaultdict(lambda: np.zeros(COUNTED_DAYS + 1, np.int64))
    for issue, when, count in session.execute(of_issues):
        if issue:
            found[issue][min(when + 1, COUNTED_DAYS)] += count
    for issue in _old(session, found, begin):
        found[issue][0] = 1
    return found, volume


def _old(session: Session, found: Mapping[uuid.UUID, DailyCounts], begin: dt.datetime) -> Iterable[uuid.UUID]:
    """The issues without a report in the earlier weeks that had one before them."""
    unsure = [issue for issue, counts in found.items() if not counts[: -trend.RECENT_DAYS].any()]
    older = select(Statement.issue_id).where(Statement.issue_id.in_(unsure), Statement.said_at < begin)
    return [issue for issue in session.scalars(older.distinct()) if issue]
