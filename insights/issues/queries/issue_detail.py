"""One issue from near: what people said in it, its days, and what happened to it."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import Date, case, cast, func, select
from sqlalchemy.orm import Session

from feedback.record.models import (
    Feedback,
    Issue,
    IssueEvent,
    Service,
    Statement,
)
from feedback.record.states import FeedbackStage
from insights.detection.statistics.trend import BASELINE_DAYS, band
from insights.presentation.schemas import IssueEventView, StatementView, TrendPoint


def statements_page(session: Session, issue: Issue, limit: int, before: int | None) -> list[StatementView]:
    """Returns what people said in an issue, the latest stored first; `before` is the last of the page before."""
    query = (
        select(Statement, Feedback.channel)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.issue_id == issue.id)
    )
    if before:
        query = query.where(Statement.id < before)
    rows = session.execute(query.order_by(Statement.id.desc()).limit(limit))
    return [
        StatementView(
            id=said.id,
            feedback_id=said.feedback_id,
            text=said.text,
            kind=said.kind,
            language=said.language,
            severity=said.severity,
            channel=channel,
            said_at=said.said_at,
            sureness=said.sureness,
            assigned_by=said.assigned_by,
            offset=said.offset,
        )
        for said, channel in rows
    ]


def daily(session: Session, service: Service, issue: Issue, days: int) -> list[tuple[dt.date, int, int]]:
    """Counts an issue's distinct pieces and all of its service's, day by day.

    The last `days` are days in the service's own time zone, and none is left out.
    """
    zone = ZoneInfo(service.properties.time_zone)
    today = dt.datetime.now(zone).date()
    calendar = [today - dt.timedelta(days=back) for back in range(days - 1, -1, -1)]
    local = cast(func.timezone(zone.key, Feedback.said_at), Date)
    begin = dt.datetime.combine(calendar[0], dt.time(), zone)
    mine = select(Statement.feedback_id).where(Statement.issue_id == issue.id, Statement.said_at >= begin)
    rows = session.execute(
        select(local, func.count().label("total"), func.sum(case((Feedback.id.in_(mine), 1), else_=0)).label("mine"))
        .where(
            Feedback.service_id == service.id,
            Feedback.said_at >= begin,
            Feedback.stage == FeedbackStage.DONE,
            Feedback.weight > 0,
        )
        .group_by(local)
    )
    found = {day: (int(own), int(total)) for day, total, own in rows}
    return [(day, *found.get(day, (0, 0))) for day in calendar]


def trend(session: Session, service: Service, issue: Issue, days: int) -> list[TrendPoint]:
    """Counts the same, with what was to be expected of each day by the four weeks before it."""
    found = daily(session, service, issue, days + BASELINE_DAYS)
    bands = band([own for _, own, _ in found], [total for _, _, total in found])
    return [
        TrendPoint(day, own, total, *((round(usual.expected, 2), usual.low, usual.high) if usual else ()))
        for (day, own, total), usual in list(zip(found, bands, strict=True))[BASELINE_DAYS:]
    ]


def history(session: Session, issue: Issue, limit: int = 500, before: int | None = None) -> list[IssueEventView]:
    """Returns what happened to an issue, the latest first; `before` is the last event of the page before."""
    query = select(IssueEvent).where(IssueEvent.issue_id == issue.id).order_by(IssueEvent.id.desc()).limit(limit)
    if before:
        query = query.where(IssueEvent.id < before)
    return [
        IssueEventView(event.id, event.at, event.by, event.what, event.reason, event.details)
        for event in session.scalars(query)
    ]
