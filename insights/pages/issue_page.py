"""One issue on the dashboard: its words, its days, what happened to it, and what editors decide and do about it."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.calendar import bank_holidays
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Malformed, NotFound
from feedback.record.limits import convert, whole_number
from feedback.record.models import Action, Issue, Publication, Service
from insights.detection.statistics.trend import BASELINE_DAYS
from insights.issues.decisions import lifecycle, taking_back
from insights.issues.decisions.lifecycle import ActionTaken, IssueDecision
from insights.issues.queries import evidence, issue_detail, issues
from insights.issues.queries.detection_health import detection_health
from insights.outcomes import ledger
from insights.outcomes.ledger import LedgerEntry
from insights.pages import overview
from insights.pages.forms import FormValues, PageOrRedirect, submit
from insights.pages.layout import saved, show
from insights.presentation import charts
from insights.presentation.schemas import IssueView
from insights.replies import published
from insights.replies.published import PublicationText

PAGE_SIZE = 50
MOST_SIGNALS, MOST_ACTIONS = 10, 20
CHART_RANGES = {56: "8 weeks", 182: "6 months", 730: "2 years"}

COMPLAINTS = {
    "title": "The title must have 1 to 200 characters",
    "reason": "To resolve it, give a reason of up to 2,000 characters, or record what was done",
    "assignee": "Who sees to it must be named in 200 characters or fewer",
    "due": "The due date must be a date, like 2027-03-31",
    "status": "Choose a status",
    "said": "Say what people told you, in up to 2,000 characters",
    "did": "Say what you did, in up to 2,000 characters",
    "said_cy": "Welsh takes both, what people told you and what you did",
    "what": "Say what was changed, in up to 2,000 characters",
    "at": "The day must be a date, like 2027-03-31",
    "link": "The link must begin with https:// or http://",
}
"""What is said of a field that cannot be taken."""

SHOWN_AT = {"note": "reason", "did_cy": "said_cy"}
"""By the field of a request the one of the page that stands for it."""

ApplyToIssue = Callable[[Session, Principal, Issue, FormValues], tuple[str, str, object]]
"""Returns what the page confirms, where, and what would take it back."""


@get("/dashboard/issues/{issue:uuid}", sync_to_thread=True)
def issue_page(
    request: AnyRequest,
    record: GivenRecord,
    issue: FromPath[uuid.UUID],
    days: FromQuery[int | None] = None,
    before: FromQuery[int | None] = None,
) -> Response[str]:
    """Shows one issue."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return _page(session, who, access.issue_for(session, who, issue), days, before)


@post("/dashboard/issues/{issue:uuid}/decide", status_code=200)
async def decide(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Sets title, status, assignee and due date of an issue, or leaves a note."""
    return await _changed(request, record, issue, _decide)


@post("/dashboard/issues/{issue:uuid}/take-back", status_code=200)
async def take_back(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Takes back what was decided about an issue in one step."""
    return await _changed(request, record, issue, _take_back)


@post("/dashboard/issues/{issue:uuid}/act", status_code=200)
async def act(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Records what was done about an issue."""
    return await _changed(request, record, issue, _act)


@post("/dashboard/issues/{issue:uuid}/publish", status_code=200)
async def publish(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Publishes an issue under "You said, we did", or takes it off."""
    return await _changed(request, record, issue, _publish)


async def _changed(request: AnyRequest, record: Record, issue: uuid.UUID, apply: ApplyToIssue) -> PageOrRedirect:
    values = await form_values(request)
    return await asyncio.to_thread(_change, request, record, issue, apply, values)


def _change(
    request: AnyRequest, record: Record, issue: uuid.UUID, apply: ApplyToIssue, values: FormValues
) -> PageOrRedirect:
    """Applies it, or shows the page again with what is wrong and what was typed."""

    def change(session: Session, who: Principal) -> Redirect:
        done = apply(session, who, access.issue_for(session, who, issue, Role.editor), values)
        return saved(f"/dashboard/issues/{issue}", *done)

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        field = error.field or "reason"
        field = SHOWN_AT.get(field, field)
        found = access.issue_for(session, who, issue)
        return _page(session, who, found, errors={field: COMPLAINTS[field]}, values=values)

    return submit(request, record, change, show_again)


def _decide(session: Session, who: Principal, issue: Issue, values: FormValues) -> tuple[str, str, object]:
    """The words that come without another status are a note."""
    wanted = {name: values.get(name) or None for name in ("assignee", "due")} | {
        "title": values.get("title", ""),
        "status": values.get("status", ""),
        "reason" if values.get("status") != issue.status else "note": values.get("reason") or None,
    }
    lifecycle.decide(session, who, issue, convert(wanted, IssueDecision))
    step = taking_back.last_step(session, issue.id)
    return "decided" if step else "nothing", "decide", step


def _take_back(session: Session, who: Principal, issue: Issue, values: FormValues) -> tuple[str, str, object]:
    event = whole_number(values.get("undo", ""))
    if event is None:
        raise NotFound("there is no such event")
    taking_back.take_back(session, who, issue, event)
    return "undone", "decide", None


def _act(session: Session, who: Principal, issue: Issue, values: FormValues) -> tuple[str, str, object]:
    done: dict[str, Any] = {"what": values.get("what", ""), "link": values.get("link") or None}
    if values.get("at"):
        zone = ZoneInfo(session.get_one(Service, issue.service_id).properties.time_zone)
        done["at"] = _noon(values["at"], zone)
    lifecycle.record_action(session, who, issue, convert(done, ActionTaken))
    return "acted", "done", None


def _publish(session: Session, who: Principal, issue: Issue, values: FormValues) -> tuple[str, str, object]:
    if values.get("do") == "withdraw":
        published.withdraw(session, who, issue)
        return "taken_off", "published", None
    texts = {"said": values.get("said", ""), "did": values.get("did", "")}
    welsh = {name: values.get(name) or None for name in ("said_cy", "did_cy")}
    published.publish(session, who, issue, convert(texts | welsh, PublicationText))
    return "published", "published", None


def _noon(text: str, zone: ZoneInfo) -> dt.datetime:
    """The day is all that is asked for; today ends now."""
    try:
        noon = dt.datetime.combine(dt.date.fromisoformat(text), dt.time(12), zone)
    except ValueError:
        raise Malformed("this is no date", field="at") from None
    return min(noon, dt.datetime.now(zone))


def _page(
    session: Session,
    who: Principal,
    issue: Issue,
    days: int | None = None,
    before: int | None = None,
    errors: FormValues | None = None,
    values: FormValues | None = None,
) -> Response[str]:
    service = session.get_one(Service, issue.service_id)
    view = issues.view(session, issue)
    days = days if days in CHART_RANGES else _range(view)
    actions = lifecycle.latest_actions(session, issue.id, MOST_ACTIONS)
    released = session.get(Publication, issue.id)
    bars = _bars(session, service, issue, actions, days)
    statements = issue_detail.statements_page(session, issue, PAGE_SIZE, before)
    return show(
        who,
        "issue.html",
        400 if errors else 200,
        service=service,
        issue=view,
        bars=bars,
        figure=charts.figure(bars),
        days=days,
        ranges=CHART_RANGES,
        statements=statements,
        further=statements[-1].id if len(statements) == PAGE_SIZE else None,
        first=before is None,
        titles=titles(session, [identity for identity in (view.parent, view.merged_into) if identity]),
        released=released,
        overdue=issue in lifecycle.overdue(session, service),
        may_decide=who.may(Role.editor, service.id) and not view.merged_into,
        errors=errors or {},
        values=_current(view) | _release(released, view, actions) | dict(values or {}),
        **_record(session, service, issue, actions),
    )


def _record(session: Session, service: Service, issue: Issue, actions: Sequence[Action]) -> dict[str, object]:
    """What happened to it, what its actions did, and what its signals rest on."""
    now = dt.datetime.now(dt.UTC)
    outcomes = ledger.measured(session, service.id, actions)
    return {
        "history": issue_detail.history(session, issue),
        "most_actions": MOST_ACTIONS,
        "outcomes": [LedgerEntry(issue.id, issue.title, issue.status, outcome) for outcome in outcomes],
        "findings": evidence.of_issue(session, service, issue, now, MOST_SIGNALS),
        "noticing": detection_health(session, service, now),
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
    return [(action.at.astimezone(zone).date(), f"Done: {action.what}") for action in actions]


def _current(view: IssueView) -> dict[str, str]:
    """What the forms begin with."""
    due = view.due.isoformat() if view.due else ""
    empty = dict.fromkeys(("reason", "what", "at", "link"), "")
    return {"title": view.title, "status": view.status, "assignee": view.assignee or "", "due": due, **empty}


def _release(released: Publication | None, view: IssueView, actions: Sequence[Action]) -> dict[str, str]:
    """What is published, or else what may be said first."""
    if released is None:
        return {"said": view.title, "did": actions[-1].what if actions else "", "said_cy": "", "did_cy": ""}
    return {name: getattr(released, name) or "" for name in ("said", "did", "said_cy", "did_cy")}


def titles(session: Session, ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Returns the titles of issues by their ids."""
    return {row.id: row.title for row in session.execute(select(Issue.id, Issue.title).where(Issue.id.in_(ids)))}
