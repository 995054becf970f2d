"""One issue on the dashboard: what is wrong and how sure that is, what to do, and what it all rests on."""

import datetime as dt
import uuid
from collections.abc import Sequence
from functools import partial
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.params import FromPath, FromQuery
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate
from feedback.i18n import _
from feedback.record import access
from feedback.record.access import Principal, people
from feedback.record.access.colleagues import colleagues
from feedback.record.calendar import bank_holidays
from feedback.record.models import Action, Issue, Publication, Service
from feedback.record.settings import Settings
from feedback.record.states import IssueStatus, SignalTier
from insights.alerts import queries
from insights.alerts.delivery import assignments
from insights.detection.statistics.trend import BASELINE_DAYS
from insights.hand_overs import giving
from insights.issues import similar
from insights.issues.affected import affected
from insights.issues.decisions import lifecycle
from insights.issues.queries import evidence, issue_detail, issues
from insights.issues.queries.detection_health import detection_health
from insights.outcomes import ledger
from insights.outcomes.ledger import LedgerEntry
from insights.pages import overview
from insights.pages.forms import FormValues
from insights.pages.issue.next_steps import IssueProgress, next_steps
from insights.pages.issue.takers import taker
from insights.pages.layout import show
from insights.presentation import breakdowns, certainty, charts, issue_history, summaries
from insights.presentation.schemas import IssueEventView, IssueView, Quote

PAGE_SIZE = 50
MOST_SIGNALS, MOST_ACTIONS, MOST_EVENTS, MOST_QUOTES = 10, 20, 100, 5
MOST_TELLING = 2
CHART_RANGES = (56, 182, 730)
LONGEST_QUERY = 200


@get("/dashboard/issues/{issue:uuid}", sync_to_thread=True)
def issue_page(
    request: AnyRequest,
    record: GivenRecord,
    issue: FromPath[uuid.UUID],
    days: FromQuery[int | None] = None,
    before: FromQuery[int | None] = None,
    q: FromQuery[str] = "",
) -> Response[str]:
    """Shows one issue."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.issue_for(session, who, issue)
        return page(session, record.settings, who, found, days, before, q[:LONGEST_QUERY].strip())


def page(
    session: Session,
    settings: Settings,
    who: Principal,
    issue: Issue,
    days: int | None = None,
    before: int | None = None,
    query: str = "",
    errors: FormValues | None = None,
    values: FormValues | None = None,
) -> Response[str]:
    """Makes the page; again, after a form that cannot be taken, with its `errors` and the `values` that were typed."""
    service = session.get_one(Service, issue.service_id)
    [view] = issues.views(session, service, [issue])
    days = days if days in CHART_RANGES else _range(view)
    actions = lifecycle.latest_actions(session, issue.id, MOST_ACTIONS)
    released, may_decide = session.get(Publication, issue.id), lifecycle.may_decide(who, issue)
    bars = _bars(session, service, issue, actions, days)
    return show(
        who,
        "issue.html",
        400 if errors else 200,
        service=service,
        issue=view,
        bars=bars,
        figure=charts.figure(bars),
        days=days,
        ranges={56: _("8 weeks"), 182: _("6 months"), 730: _("2 years")},
        released=released,
        ended=bool(issue.ended_at),
        overdue=not issue.merged_into and lifecycle.is_overdue_on(issue, lifecycle.today(service)),
        may_decide=may_decide,
        steps=next_steps(_standing(view, bool(actions), bool(released))),
        errors=errors or {},
        values=_current(view) | _release(released, view, actions) | dict(values or {}),
        **_said(session, issue, before, query),
        **_evidence(session, service, issue, view),
        **_record(session, service, issue, view, actions),
        **_people(session, settings, service, who, view, may_decide=may_decide),
    )


def _standing(view: IssueView, acted: bool, released: bool) -> IssueProgress:
    return IssueProgress(view.status, bool(view.assignee), acted, released, view.signal is not None)


def _said(session: Session, issue: Issue, before: int | None, query: str) -> dict[str, object]:
    """One page of all that was said."""
    statements = issue_detail.statements_page(session, issue, PAGE_SIZE, before, query)
    further = statements[-1].id if len(statements) == PAGE_SIZE else None
    elsewhere = [] if statements or before or query else issue_detail.counted_in(session, issue)
    return {
        "statements": statements,
        "further": further,
        "first": before is None,
        "query": query,
        "elsewhere": elsewhere,
    }


def _evidence(session: Session, service: Service, issue: Issue, view: IssueView) -> dict[str, object]:
    """What it is at a glance, and what that rests on."""
    now, zone = dt.datetime.now(dt.UTC), service.properties.time_zone
    noticing, who = partial(detection_health, session, service, now), affected(session, issue)
    quotes = view.signal.now.quotes if view.signal and view.signal.now else []
    found = evidence.of_issue(session, service, issue, now, MOST_SIGNALS, known=(view.signal, view.watch))
    stands = view.signal or view.watch
    quotes = quotes or issue_detail.quotes(session, issue, MOST_QUOTES) or view.quotes
    last = view.signal or next((it.signal for it in found if it.signal.tier == SignalTier.SIGNAL), None)
    return {
        "since_when": summaries.since_when(view, now, zone),
        "how_sure": summaries.how_sure(view, noticing, last),
        "checks": certainty.checks(stands) if stands else [],
        "affected": who,
        "alerted": queries.alerted(session, last.id) if last and last.id else [],
        "who_is_affected": breakdowns.in_words(who),
        "quotes": quotes,
        "telling": _telling(quotes, view),
        "findings": found,
        "similar": similar.alike(session, issue),
    }


def _telling(quotes: Sequence[Quote], view: IssueView) -> list[Quote]:
    """The words that say what is wrong, beside the title: not those that it repeats."""
    other = [one for one in quotes if one.text.strip(" .!?") not in set(view.titles.values()) | {view.title}]
    return (other or list(quotes))[:MOST_TELLING]


def _people(
    session: Session, settings: Settings, service: Service, who: Principal, view: IssueView, *, may_decide: bool
) -> dict[str, object]:
    """Who owns its service, and for whoever may decide, to whom it may be given and who is told of that."""
    owners = people.owners(session, service)
    known: dict[str, object] = {"owners": owners, "mails_go_out": bool(settings.smtp_url)}
    if not may_decide:
        return known
    return known | {
        "colleagues": [person.name for person in colleagues(session, service.id)],
        "taker": None if view.assignee else taker(session, settings, service, who, owners),
        "assignee_reach": assignments.reach(session, settings, service.id, view.assignee) if view.assignee else None,
    }


def _handled(events: Sequence[IssueEventView], issue: Issue) -> dict[str, IssueEventView | None]:
    """What of its history says who has taken it up, and when it was given to whoever has it."""
    latest = {event.what: event for event in reversed(events)}
    return {
        "acknowledged": latest.get(issue.status) if issue.status == IssueStatus.ACKNOWLEDGED else None,
        "assigned": latest.get(f"assigned to {issue.assignee}") if issue.assignee else None,
    }


def _record(
    session: Session, service: Service, issue: Issue, view: IssueView, actions: Sequence[Action]
) -> dict[str, object]:
    """What happened to it, where it came from and where it went, and what its actions did."""
    outcomes = ledger.measured(session, service.id, actions)
    events = issue_detail.history(session, issue, MOST_EVENTS)
    history = [issue_history.line(event) for event in events]
    return {
        "handled": _handled(events, issue),
        "history": history,
        "titles": issues.titles(session, [line.other for line in history if line.other]),
        "gone_to": "" if view.count else giving.receiver_of(session, issue),
        "lineage": issue_detail.lineage(session, issue),
        "most_actions": MOST_ACTIONS,
        "outcomes": [LedgerEntry(issue.id, issue.title, issue.status, outcome, issue.titles) for outcome in outcomes],
    }


def _bars(session: Session, service: Service, issue: Issue, actions: Sequence[Action], days: int) -> list[charts.Bar]:
    """Its reports of each day, with what the service and its team did."""
    marks = [*overview.marks(session, service, days), *_marks(service, actions)]
    daily = issue_detail.daily(session, service, issue, days + BASELINE_DAYS)
    return charts.bars(daily, marks, bank_holidays(service.properties.nation, {day.year for day, *_ in daily}))


def _range(view: IssueView) -> int:
    """The shortest that shows its last report."""
    age = (dt.datetime.now(dt.UTC) - view.last_seen).days if view.last_seen else 0
    return next((days for days in CHART_RANGES if age < days), max(CHART_RANGES))


def _marks(service: Service, actions: Sequence[Action]) -> list[tuple[dt.date, str]]:
    zone = ZoneInfo(service.properties.time_zone)
    return [(action.at.astimezone(zone).date(), _("Done: %(what)s", what=action.what)) for action in actions]


def _current(view: IssueView) -> dict[str, str]:
    """What the forms begin with."""
    days = {
        name: day.isoformat() if day else "" for name, day in (("due", view.due), ("snoozed_until", view.snoozed_until))
    }
    empty = dict.fromkeys(("reason", "because", "what", "at", "link"), "")
    return {"title": view.title, "status": view.status, "assignee": view.assignee or "", **days, **empty}


def _release(released: Publication | None, view: IssueView, actions: Sequence[Action]) -> dict[str, str]:
    """What is published, or else what may be said first."""
    if released is None:
        return {"said": view.title, "did": actions[-1].what if actions else "", "said_cy": "", "did_cy": ""}
    return {name: getattr(released, name) or "" for name in ("said", "did", "said_cy", "did_cy")}
