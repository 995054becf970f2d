"""The first page: what needs whoever signs in, with the next step as a button, which can be taken back."""

import asyncio
import datetime as dt
import uuid

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import Malformed, NotFound
from feedback.record.models import Issue, IssueEvent
from feedback.record.states import IssueStatus
from insights.issues.decisions import lifecycle, taking_back
from insights.issues.decisions.lifecycle import IssueDecision
from insights.issues.queries import themes
from insights.pages.layout import saved, show
from insights.pages.people.entering import DASHBOARD_PATH
from insights.pages.today.service_lines import service_lines
from insights.today import agenda, last_look

MOST_THEMES = 10
PLACE = "needs"
"""Where the page confirms what was done about an issue: above the list that it stood in."""


@get(DASHBOARD_PATH, sync_to_thread=True)
def today_page(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Shows what there is to do today, over all services that somebody may see."""
    now = dt.datetime.now(dt.UTC)
    with record.transaction() as session:
        who = authenticate(session, request)
        services = themes.visible(session, who)
        today = agenda.today(session, who, services, now)
        last_look.note_look(session, who, now)
        return show(
            who,
            "today.html",
            today=today,
            zones={service.slug: service.properties.time_zone for service in services.values()},
            lines=service_lines(session, services, now),
            names={service.slug: service.display_name for service in services.values()},
            themes=[theme for theme in themes.listed(session, who, services) if len(theme.services) > 1][:MOST_THEMES],
        )


@post("/dashboard/issues/{issue:uuid}/next", status_code=200)
async def take_next_step(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> Redirect:
    """Acknowledges an issue, or assigns it to whoever presses the button."""
    values = await form_values(request)
    return await asyncio.to_thread(_step, request, record, issue, values.get("do", ""))


@post("/dashboard/issues/take-back/{event:int}", sync_to_thread=True)
def take_step_back(request: AnyRequest, record: GivenRecord, event: FromPath[int]) -> Redirect:
    """Takes a step back that was taken on the first page."""
    with record.transaction() as session:
        who = authenticate(session, request)
        decided = session.get(IssueEvent, event) if event < 2**31 else None
        if decided is None:
            raise NotFound("there is no such event")
        taking_back.take_back(session, who, access.issue_for(session, who, decided.issue_id, Role.editor), event)
    return saved(DASHBOARD_PATH, "undone", PLACE)


def _step(request: AnyRequest, record: Record, issue_id: uuid.UUID, do: str) -> Redirect:
    with record.transaction() as session:
        who = authenticate(session, request)
        issue = access.issue_for(session, who, issue_id, Role.editor)
        says = _decide(session, who, issue, do)
        event = taking_back.last_step(session, issue.id)
        return saved(DASHBOARD_PATH, says if event else "nothing", PLACE, undo=event)


def _decide(session: Session, who: Principal, issue: Issue, do: str) -> str:
    """Whoever takes an open issue on has seen it, too."""
    acknowledged = IssueStatus.ACKNOWLEDGED if issue.status == IssueStatus.OPEN else issue.status
    if do == "acknowledge":
        lifecycle.decide(session, who, issue, IssueDecision(status=acknowledged))
        return "acknowledged"
    if do == "assign":
        lifecycle.decide(session, who, issue, IssueDecision(status=acknowledged, assignee=who.name))
        return "assigned"
    raise Malformed("acknowledge or assign", field="do")


handlers = (today_page, take_next_step, take_step_back)
