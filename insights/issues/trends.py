"""The trends of a service's issues, set from their daily counts and the signals that stand."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Date, Integer, cast, func, select, type_coerce
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Issue, Service, Signal, Statement
from insights.detection.statistics import trend
from insights.detection.statistics.trend import Trend
from insights.issues.queries.signals import shown

DAYS = trend.BEFORE + trend.LATELY
OF_SIGNALS: dict[str, Trend] = {"new": "new", "surge": "emerging", "regression": "emerging"}

Counts = NDArray[np.int64]


def refresh(session: Session, service: Service, now: dt.datetime) -> None:
    """An issue with a signal that stands is what the signal says; any other is what its counts say."""
    issues = session.scalars(select(Issue).where(Issue.service_id == service.id, Issue.merged_into.is_(None))).all()
    by_issue, volume = daily(session, service, now)
    kinds = _standing(session, service)
    nothing = np.zeros(len(volume), np.int64)
    for issue in issues:
        found = OF_SIGNALS.get(kinds.get(issue.id, "")) or trend.trend(by_issue.get(issue.id, nothing), volume)
        if issue.trend != found:
            issue.trend = found


def daily(session: Session, service: Service, now: dt.datetime) -> tuple[dict[uuid.UUID, Counts], Counts]:
    """The distinct pieces of each issue and of the service, day by day in its time zone up to today.

    The first figure of an issue says whether there was anything before those days.
    """
    zone = ZoneInfo(service.properties.time_zone)
    first = now.astimezone(zone).date() - dt.timedelta(days=DAYS - 1)
    begin = dt.datetime.combine(first, dt.time(), zone)
    day = type_coerce(cast(func.timezone(zone.key, Feedback.said_at), Date) - first, Integer)
    mine = (Feedback.service_id == service.id, Feedback.said_at >= begin)
    counts = (*mine, Feedback.stage == "done", Feedback.weight > 0)
    of_service = select(day, func.count()).where(*counts).group_by(day)
    of_issues = (
        select(Statement.issue_id, day, func.count(Feedback.id.distinct()))
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.issue_id.is_not(None), *counts)
        .group_by(Statement.issue_id, day)
    )
    volume = np.zeros(DAYS + 1, np.int64)
    for when, count in session.execute(of_service):
        volume[min(when + 1, DAYS)] += count
    found: dict[uuid.UUID, Counts] = defaultdict(lambda: np.zeros(DAYS + 1, np.int64))
    for issue, when, count in session.execute(of_issues):
        if issue:
            found[issue][min(when + 1, DAYS)] += count
    for issue in _old(session, found, begin):
        found[issue][0] = 1
    return found, volume


def _old(session: Session, found: Mapping[uuid.UUID, Counts], begin: dt.datetime) -> Iterable[uuid.UUID]:
    """Of the issues without a report in the earlier weeks, those that had one before."""
    unsure = [issue for issue, counts in found.items() if not counts[: -trend.LATELY].any()]
    older = select(Statement.issue_id).where(Statement.issue_id.in_(unsure), Statement.said_at < begin)
    return [issue for issue in session.scalars(older.distinct()) if issue]


def _standing(session: Session, service: Service) -> dict[uuid.UUID, str]:
    rows = session.execute(select(Signal.issue_id, Signal.kind).where(Signal.service_id == service.id, *shown()))
    return {row.issue_id: row.kind for row in rows}
