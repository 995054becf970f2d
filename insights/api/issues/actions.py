"""What staff decide and do about issues, over HTTP."""

import datetime as dt
import uuid
from collections.abc import Sequence
from operator import attrgetter

import msgspec
from litestar import get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, further, unpack
from feedback.http.staff import RequestKey, authenticate, routes
from feedback.record import access
from feedback.record.access import Role
from feedback.record.idempotency import once
from feedback.record.models import Action, Change, Issue
from insights.issues.decisions import lifecycle
from insights.issues.decisions.lifecycle import ActionTaken, IssueDecision, ServiceEvent
from insights.issues.queries import issues
from insights.outcomes import ledger
from insights.outcomes.ledger import Ledger, OutcomeView
from insights.presentation.schemas import IssueView, Page


class ActionView(msgspec.Struct, frozen=True):
    """What was changed about an issue."""

    id: uuid.UUID
    issue: uuid.UUID
    what: str
    at: dt.datetime
    link: str | None
    by: str


class ChangeView(msgspec.Struct, frozen=True):
    """A release or an event of the service."""

    id: int
    kind: str
    what: str
    at: dt.datetime
    until: dt.datetime | None
    link: str | None


def action_view(action: Action) -> ActionView:
    """Makes the view of an action."""
    return ActionView(action.id, action.issue_id, action.what, action.at, action.link, action.by)


def _change_view(change: Change) -> ChangeView:
    return ChangeView(change.id, change.kind, change.what, change.at, change.until, change.link)


@patch("/v1/issues/{issue:uuid}", sync_to_thread=True)
def decide(
    request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID], data: JSONBody[IssueDecision]
) -> IssueView:
    """Set title, status (`resolved` takes an action or a reason), assignee or due date; snooze it; leave a note."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.issue_for(session, who, issue, Role.editor)
        lifecycle.decide(session, who, found, data)
        return issues.view(session, found)


@post("/v1/issues/{issue:uuid}/actions", sync_to_thread=True)
def add_action(
    request: AnyRequest,
    record: GivenRecord,
    issue: FromPath[uuid.UUID],
    data: JSONBody[ActionTaken],
    request_key: RequestKey = None,
) -> ActionView:
    """Tell what was changed about an issue; its outcome is measured from then on."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.issue_for(session, who, issue, Role.editor)
        made = once(
            session,
            who,
            request.url.path,
            request_key,
            data,
            lambda: lifecycle.record_action(session, who, found, data).id,
        )
        return action_view(session.get_one(Action, uuid.UUID(made)))


@get("/v1/issues/{issue:uuid}/actions", sync_to_thread=True)
def list_actions(
    request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID], limit: Limit = 50, cursor: Cursor = None
) -> Page[ActionView]:
    """List what was changed about an issue, the oldest first."""
    with record.transaction() as session:
        found = access.issue_for(session, authenticate(session, request), issue)
        actions = _actions(session, found, limit, cursor)
    return Page([action_view(action) for action in actions], further(actions, limit, _place))


@get("/v1/issues/{issue:uuid}/outcomes", sync_to_thread=True)
def list_outcomes(
    request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID], limit: Limit = 50, cursor: Cursor = None
) -> Page[OutcomeView]:
    """List what each action did to the rate of the issue's reports, the oldest first."""
    with record.transaction() as session:
        found = access.issue_for(session, authenticate(session, request), issue)
        actions = _actions(session, found, limit, cursor)
        return Page(ledger.measured(session, found.service_id, actions), further(actions, limit, _place))


def _actions(session: Session, issue: Issue, limit: int, cursor: str | None) -> Sequence[Action]:
    return lifecycle.actions(session, issue.id, limit, unpack(cursor, tuple[dt.datetime, uuid.UUID]))


def _place(action: Action) -> tuple[dt.datetime, uuid.UUID]:
    return action.at, action.id


@get("/v1/services/{service:str}/ledger", sync_to_thread=True)
def show_ledger(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], limit: Limit = 50, cursor: Cursor = None
) -> Ledger:
    """Show what was acted on, what worked, what did not, and what is not known yet; the latest told of first."""
    with record.transaction() as session:
        found = access.service_for(session, authenticate(session, request), service)
        page = ledger.of_service(session, found, limit, unpack(cursor, uuid.UUID))
    return replace(page, next_cursor=further(page.items, limit, attrgetter("outcome.action")))


@post("/v1/services/{service:str}/changes", sync_to_thread=True)
def add_change(
    request: AnyRequest,
    record: GivenRecord,
    service: FromPath[str],
    data: JSONBody[ServiceEvent],
    request_key: RequestKey = None,
) -> ChangeView:
    """Tell of a release, an outage, letters sent or a holiday; it is marked on the service's charts."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service, Role.editor)
        made = once(
            session,
            who,
            request.url.path,
            request_key,
            data,
            lambda: lifecycle.record_change(session, who, found, data).id,
        )
        return _change_view(session.get_one(Change, int(made)))


@get("/v1/services/{service:str}/changes", sync_to_thread=True)
def list_changes(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], limit: Limit = 50, cursor: Cursor = None
) -> Page[ChangeView]:
    """List the service's changes, the latest told of first."""
    with record.transaction() as session:
        found = access.service_for(session, authenticate(session, request), service)
        query = select(Change).where(Change.service_id == found.id)
        if cursor:
            query = query.where(Change.id < unpack(cursor, int))
        rows = session.scalars(query.order_by(Change.id.desc()).limit(limit)).all()
        return Page([_change_view(row) for row in rows], further(rows, limit))


router = routes("staff", decide, add_action, list_actions, list_outcomes, show_ledger, add_change, list_changes)
