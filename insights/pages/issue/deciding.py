"""What editors decide and do on the page of an issue: each form, and the page again with what is wrong."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.i18n import N_, TranslatedLabels
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Malformed, NotFound
from feedback.record.limits import convert, whole_number
from feedback.record.models import Issue, Service
from feedback.record.settings import Settings
from feedback.record.states import IssueStatus
from insights.alerts.delivery import assignments
from insights.issues.decisions import lifecycle, taking_back
from insights.issues.decisions.lifecycle import ActionTaken, IssueDecision
from insights.pages.forms import FormValues, PageOrRedirect, submit
from insights.pages.issue import issue_page
from insights.pages.layout import saved
from insights.replies import published
from insights.replies.published import PublicationText

COMPLAINTS = TranslatedLabels(
    {
        "title": N_("The title must have 1 to 200 characters"),
        "reason": N_("To resolve it, give a reason of up to 2,000 characters, or record what was done"),
        "because": N_("To resolve it, give a reason of up to 2,000 characters, or record what was done"),
        "assignee": N_("Who sees to it must be named in 200 characters or fewer"),
        "due": N_("The due date must be a date, like 2027-03-31"),
        "snoozed_until": N_("Choose a day that is to come, like 2027-03-31"),
        "status": N_("Choose a status"),
        "said": N_("Say what people told you, in up to 2,000 characters"),
        "did": N_("Say what you did, in up to 2,000 characters"),
        "said_cy": N_("Welsh takes both, what people told you and what you did"),
        "what": N_("Say what was changed, in up to 2,000 characters"),
        "at": N_("The day must be a date, like 2027-03-31"),
        "link": N_("The link must begin with https:// or http://"),
    }
)
"""What is said of a field that cannot be taken."""

SHOWN_AT = {"note": "reason", "did_cy": "said_cy"}
"""By the field of a request the one of the page that stands for it."""

ApplyToIssue = Callable[[Session, Principal, Issue, FormValues], tuple[str, str, object]]
"""Returns what the page confirms, where, and what would take it back."""


@post("/dashboard/issues/{issue:uuid}/decide", status_code=200)
async def decide(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Sets what was filled in: title, status, assignee, due date, until when it is snoozed; or leaves a note."""
    return await _changed(request, record, issue, partial(_decide, record.settings))


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
        field = _field(error, values)
        found = access.issue_for(session, who, issue)
        return issue_page.page(session, record.settings, who, found, errors={field: COMPLAINTS[field]}, values=values)

    return submit(request, record, change, show_again)


def _field(error: FeedbackError, values: FormValues) -> str:
    """The field of the page that a failure is about."""
    field = SHOWN_AT.get(error.field or "reason", error.field or "reason")
    return "because" if field == "reason" and "because" in values else field


def _decide(
    settings: Settings, session: Session, who: Principal, issue: Issue, values: FormValues
) -> tuple[str, str, object]:
    """What a form does not hold stays. The words that come without another status are a note."""
    before = issue.assignee
    wanted = {name: values[name] or None for name in ("assignee", "due", "snoozed_until") if name in values}
    wanted |= {name: values[name] for name in ("title", "status") if name in values}
    words = values.get("because") or values.get("reason") or None
    changes = wanted.get("status", issue.status) != issue.status
    lifecycle.decide(session, who, issue, convert({**wanted, "reason" if changes else "note": words}, IssueDecision))
    step = taking_back.last_step(session, issue.id)
    done = "acknowledged" if changes and issue.status == IssueStatus.ACKNOWLEDGED else "decided"
    if issue.assignee != before:
        done = assigned(session, settings, who, issue.service_id, issue.assignee)
    return done if step else "nothing", "decide", step


def assigned(session: Session, settings: Settings, who: Principal, service_id: int, assignee: str | None) -> str:
    """Returns how it is confirmed that somebody sees to what is of a service: whether they are told of it."""
    if not assignee:
        return "decided"
    if assignee == who.name:
        return "assigned"
    return "assigned_told" if assignments.reader(session, settings, service_id, assignee) else "assigned_untold"


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


handlers = (decide, take_back, act, publish)
