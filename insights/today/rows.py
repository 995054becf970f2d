"""Issues of several services as rows of the first page: everything about all of them in a few queries."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.access import Principal, Role
from feedback.record.models import Feedback, Issue, Service, Signal, Statement
from feedback.record.states import IssueStatus
from insights.issues.decisions.lifecycle import is_overdue_on, today
from insights.issues.quotes import QUOTE_COLUMNS, quote
from insights.issues.tallies import Tally, tallies
from insights.presentation import sentences
from insights.presentation.schemas import Quote, SignalNow
from insights.presentation.summaries import usual_so_far
from insights.today.priority import Priority
from insights.today.schemas import NextStep, TodayIssue

DAYS = 56
DAY = dt.timedelta(days=1)


class Standing(NamedTuple):
    """A finding that stands: its signal, what is known of it now, and how soon it needs somebody."""

    signal: Signal
    now: SignalNow
    priority: Priority


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at what time, and since when things are new to them."""

    who: Principal
    now: dt.datetime
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read of all issues at once, each by its id."""

    services: Mapping[int, Service]
    tallies: Mapping[uuid.UUID, Tally]
    quotes: Mapping[uuid.UUID, Quote]
    daily: Mapping[uuid.UUID, list[int]]


def rows(
    session: Session,
    viewer: Viewer,
    services: Mapping[int, Service],
    issues: Sequence[Issue],
    standing: Mapping[uuid.UUID, Standing],
) -> dict[uuid.UUID, TodayIssue]:
    """Makes the rows of issues, by their ids; `standing` holds the findings of those that stand out."""
    ids = [issue.id for issue in issues]
    known = _Known(services, tallies(session, ids), _quotes(session, issues), _daily(session, ids, viewer.now))
    return {issue.id: _row(viewer, issue, known, standing.get(issue.id)) for issue in issues}


def _row(viewer: Viewer, issue: Issue, known: _Known, found: Standing | None) -> TodayIssue:
    service, tally = known.services[issue.service_id], known.tallies.get(issue.id, Tally())
    daily = known.daily.get(issue.id, [0] * DAYS)
    zone = service.properties.time_zone
    reports, by_channel = (found.now.reports, found.now.by_channel) if found else (tally.count, tally.by_channel)
    return TodayIssue(
        id=issue.id,
        service=service.slug,
        service_name=service.name,
        title=issue.title,
        titles=issue.titles,
        says=_says(viewer, found, tally, zone),
        why=list(found.priority.reasons) if found else [],
        quote=known.quotes.get(issue.id),
        reports=reports,
        usual=round(usual_so_far(found.signal, viewer.now), 1) if found else None,
        by_channel=by_channel,
        daily=daily,
        last_7_days=sum(daily[-7:]),
        week_before=sum(daily[-14:-7]),
        status=issue.status,
        assignee=issue.assignee,
        due=issue.due,
        is_overdue=is_overdue_on(issue, today(service, viewer.now)),
        is_outage=bool(found and found.priority.is_outage),
        is_new=bool(found and found.signal.detected_at > viewer.since),
        signal=found.signal.kind if found else None,
        next_step=_next_step(viewer.who, issue, stands=found is not None),
    )


def _says(viewer: Viewer, found: Standing | None, tally: Tally, zone: str) -> str:
    if found:
        return sentences.so_far(found.now, usual_so_far(found.signal, viewer.now), viewer.now, zone)
    return sentences.in_all(tally.count, tally.last_seen, viewer.now, zone)


def _next_step(who: Principal, issue: Issue, *, stands: bool) -> NextStep:
    if not who.may(Role.editor, issue.service_id):
        return "look"
    if stands and issue.status == IssueStatus.OPEN:
        return "acknowledge"
    return "look" if issue.assignee else "assign"


def _quotes(session: Session, issues: Sequence[Issue]) -> dict[uuid.UUID, Quote]:
    """The first of the quotes of each that is still there."""
    chosen = {identity: (issue.id, place) for issue in issues for place, identity in enumerate(issue.quotes)}
    query = select(Statement.id, *QUOTE_COLUMNS).join(Feedback, Feedback.id == Statement.feedback_id)
    found: dict[uuid.UUID, tuple[int, Quote]] = {}
    for row in session.execute(query.where(Statement.id.in_(chosen))):
        issue_id, place = chosen[row.id]
        if issue_id not in found or place < found[issue_id][0]:
            found[issue_id] = (place, quote(row))
    return {issue_id: said for issue_id, (_, said) in found.items()}


def _daily(session: Session, ids: Sequence[uuid.UUID], now: dt.datetime) -> dict[uuid.UUID, list[int]]:
    """Counted back from now, 24 hours at a time: services have days of their own."""
    back = func.floor(func.extract("epoch", now - Statement.said_at) / DAY.total_seconds()).label("back")
    query = (
        select(Statement.issue_id, back, func.count(Feedback.id.distinct()))
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.issue_id.in_(ids), Statement.said_at > now - DAYS * DAY, Statement.said_at <= now)
        .where(Feedback.weight > 0)
        .group_by(Statement.issue_id, back)
    )
    found: dict[uuid.UUID, list[int]] = defaultdict(lambda: [0] * DAYS)
    for issue_id, days, count in session.execute(query):
        if issue_id:
            found[issue_id][DAYS - 1 - int(days)] = count
    return found
