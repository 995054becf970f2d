"""What charts of issues need: many issues' counts in one query, bank holidays, and what was changed."""

import datetime as dt
import uuid
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.calendar import bank_holidays
from feedback.record.models import Change, Service
from insights.issues.counts_over_time import last_days
from insights.issues.tallies.over_time import daily
from insights.presentation import sentences

WEEKS = 8


def daily_by_issue(session: Session, service: Service, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[int]]:
    """Counts the reports of each issue day by day over the last weeks, in the service's days, the latest last."""
    return daily(session, service, last_days(service, WEEKS * 7), list(ids))


def bank_holidays_of_late(service: Service) -> list[dt.date]:
    """Lists the bank holidays within the weeks of the small lines, the latest first."""
    days = last_days(service, WEEKS * 7)[::-1]
    kept = bank_holidays(service.properties.nation, {day.year for day in days})
    return [day for day in days if day in kept]


def marks(session: Session, service: Service, days: int) -> list[tuple[dt.date, str]]:
    """Returns what was changed about the service in the last days, for its charts."""
    zone = ZoneInfo(service.properties.time_zone)
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    changes = session.scalars(select(Change).where(Change.service_id == service.id, Change.at > since))
    return [(change.at.astimezone(zone).date(), sentences.name_of_change(change)) for change in changes]
