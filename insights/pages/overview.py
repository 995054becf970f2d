"""What charts of issues need: many issues' counts in one query, bank holidays, and what was changed."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from feedback.record.calendar import bank_holidays
from feedback.record.models import Change, Feedback, Service, Statement
from insights.presentation import sentences

WEEKS = 8


def daily_by_issue(session: Session, service: Service, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[int]]:
    """Counts the issues' reports day by day over the last weeks, in the service's days, the latest last."""
    today = dt.datetime.now(ZoneInfo(service.properties.time_zone)).date()
    first = today - dt.timedelta(weeks=WEEKS)
    day = cast(func.timezone(service.properties.time_zone, Statement.said_at), Date)
    query = (
        select(Statement.issue_id, day, func.count(Feedback.id.distinct()))
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(
            Statement.issue_id.in_(list(ids)),
            Statement.said_at > first,
            Feedback.service_id == service.id,
            Feedback.said_at > first,
            Feedback.weight > 0,
        )
        .group_by(Statement.issue_id, day)
    )
    found: dict[uuid.UUID, list[int]] = defaultdict(lambda: [0] * (WEEKS * 7))
    for issue_id, when, count in session.execute(query):
        if issue_id and first < when <= today:
            found[issue_id][(when - first).days - 1] = count
    return found


def bank_holidays_of_late(service: Service) -> list[dt.date]:
    """Lists the bank holidays within the weeks of the small lines, the latest first."""
    today = dt.datetime.now(ZoneInfo(service.properties.time_zone)).date()
    days = [today - dt.timedelta(days=back) for back in range(WEEKS * 7)]
    kept = bank_holidays(service.properties.nation, {day.year for day in days})
    return [day for day in days if day in kept]


def marks(session: Session, service: Service, days: int) -> list[tuple[dt.date, str]]:
    """Returns what was changed about the service in the last days, for its charts."""
    zone = ZoneInfo(service.properties.time_zone)
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    changes = session.scalars(select(Change).where(Change.service_id == service.id, Change.at > since))
    return [(change.at.astimezone(zone).date(), sentences.name_of_change(change)) for change in changes]
