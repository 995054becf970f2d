"""Issues of several services as rows of the first page: everything about all of them in a few queries."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Integer, cast, func
from sqlalchemy.orm import Session

from feedback.record.access import Principal, Role
from feedback.record.models import Issue, Service, Signal, Statement
from feedback.record.states import IssueStatus
from insights.issues.counts_over_time import reports_by
from insights.issues.decisions.lifecycle import is_overdue_on, today
from insights.issues.queries.issues import quotes
from insights.issues.signal_now import quotes_of
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
    """What is read of all issues at once, each by its id; `tallies` are of those of which no finding tells."""

    services: Mapping[int, Service]
    tallies: Mapping[uuid.UUID, Tally]
    quotes: Mapping[uuid.UUID, list[Quote]]
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
    counted = tallies(session, [it for it in ids if it not in standing])
    known = _Known(services, counted, _quotes(session, issues, standing), _daily(session, services, ids, viewer.now))
    return {issue.id: _row(viewer, issue, known, standing.get(issue.id)) for issue in issues}


def _quotes(
    session: Session, issues: Sequence[Issue], standing: Mapping[uuid.UUID, Standing]
) -> Mapping[uuid.UUID, list[Quote]]:
    """What is said since a finding began tells more of it than what was said of its issue before."""
    signals = {standing[issue.id].signal.id: issue.id for issue in issues if issue.id in standing}
    lately = quotes_of(session, list(signals)) if signals else {}
    told = {signals[signal]: said for signal, said in lately.items() if said}
    return {**quotes(session, [issue for issue in issues if issue.id not in told], 1), **told}


def _row(viewer: Viewer, issue: Issue, known: _Known, found: Standing | None) -> TodayIssue:
    service, tally = known.services[issue.service_id], known.tallies.get(issue.id, Tally())
    daily = known.daily.get(issue.id, [0] * DAYS)
    zone = service.properties.time_zone
    reports, by_channel = (found.now.reports, found.now.by_channel) if found else (tally.count, tally.by_channel)
    return TodayIssue(
        id=issue.id,
        service=service.slug,
        service_name=service.display_name,
        title=issue.title,
        titles=issue.titles,
        says=_says(viewer, found, tally, zone),
        why=list(found.priority.reasons) if found else [],
        quote=next(iter(known.quotes.get(issue.id, ())), None),
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


def _daily(
    session: Session, services: Collection[int], ids: Sequence[uuid.UUID], now: dt.datetime
) -> dict[uuid.UUID, list[int]]:
    """Counted back from now, 24 hours at a time: services have days of their own."""
    back = cast(func.floor(func.extract("epoch", now - Statement.said_at) / DAY.total_seconds()), Integer)
    mine = (Statement.issue_id.in_(ids), Statement.said_at <= now)
    counts = reports_by(session, back, services, now - DAYS * DAY, *mine)
    return {it: [by_day.get(day, 0) for day in range(DAYS - 1, -1, -1)] for it, by_day in counts.items()}
