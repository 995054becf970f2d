"""What signals rest on, over HTTP; and saying that one is false."""

import datetime as dt
import uuid
from operator import attrgetter

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, further, unpack
from feedback.http.staff import RequestKey, authenticate, routes
from feedback.record import access
from feedback.record.access import Role
from feedback.record.idempotency import once
from feedback.record.models import Issue, Service
from insights.issues.decisions import false_alarms, missed
from insights.issues.decisions.lifecycle import LongText
from insights.issues.decisions.missed import MissedReport
from insights.issues.queries import evidence, issues
from insights.issues.queries.detection_health import detection_health
from insights.issues.queries.evidence import IssueEvidence
from insights.presentation.schemas import IssueView


class FalseAlarmReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Says why a signal is a false alarm."""

    reason: LongText | None = None


@get("/v1/issues/{issue:uuid}/evidence", sync_to_thread=True)
def show_evidence(
    request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID], limit: Limit = 50, cursor: Cursor = None
) -> IssueEvidence:
    """Show what each signal about an issue rests on, the latest first."""
    now, before = dt.datetime.now(dt.UTC), unpack(cursor, uuid.UUID)
    with record.transaction() as session:
        found = access.issue_for(session, authenticate(session, request), issue)
        service = session.get_one(Service, found.service_id)
        items = evidence.of_issue(session, service, found, now, limit, before)
        more = further(items, limit, attrgetter("signal.id"))
        return IssueEvidence(found.id, found.trend, detection_health(session, service, now), items, more)


@put("/v1/signals/{signal:uuid}/false-alarm", status_code=204, sync_to_thread=True)
def say_false(
    request: AnyRequest,
    record: GivenRecord,
    signal: FromPath[uuid.UUID],
    data: JSONBody[FalseAlarmReport | None] = None,
) -> None:
    """Say that a signal is a false alarm: it is no longer shown nor sent, and counts as one. It can be undone."""
    with record.transaction() as session:
        who = authenticate(session, request)
        reason = data.reason if data else None
        false_alarms.mark(session, who, false_alarms.signal_for(session, who, signal), reason)


@delete("/v1/signals/{signal:uuid}/false-alarm", sync_to_thread=True)
def take_back(request: AnyRequest, record: GivenRecord, signal: FromPath[uuid.UUID]) -> None:
    """Say that a signal is no false alarm after all."""
    with record.transaction() as session:
        who = authenticate(session, request)
        false_alarms.unmark(session, who, false_alarms.signal_for(session, who, signal))


@post("/v1/services/{service:str}/missed", sync_to_thread=True)
def say_missed(
    request: AnyRequest,
    record: GivenRecord,
    service: FromPath[str],
    data: JSONBody[MissedReport],
    request_key: RequestKey = None,
) -> IssueView:
    """Say that the machine missed what these pieces say: they become an issue with a signal of its own."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service, Role.editor)
        made = once(
            session, who, request.url.path, request_key, data, lambda: missed.report(session, who, found, data).id
        )
        return issues.view(session, session.get_one(Issue, uuid.UUID(made)))


router = routes("staff", show_evidence, say_false, take_back, say_missed)
