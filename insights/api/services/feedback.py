"""Single pieces of feedback, over HTTP: what was made of one, overruling it, and the raw text of urgent ones."""

import datetime as dt
import uuid
from operator import attrgetter

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, further, unpack
from feedback.http.staff import authenticate, routes
from feedback.record import access
from feedback.record.access import Role
from feedback.record.models import Feedback, Service
from feedback.record.privacy import urgency_dismissals, urgent_raw
from insights.api.narrowing import NARROWED_FEEDBACK
from insights.issues import urgent_text
from insights.issues.decisions import verdict_overrides
from insights.issues.decisions.verdict_overrides import VerdictOverride
from insights.issues.filters import FeedbackFilters
from insights.issues.queries import feedback as reading
from insights.issues.urgent_text import HeldText, HeldView, ReleaseReason
from insights.presentation.schemas import FeedbackView, Page


@get("/v1/services/{service:str}/feedback", sync_to_thread=True, dependencies=NARROWED_FEEDBACK)
def list_feedback(
    request: AnyRequest,
    record: GivenRecord,
    service: FromPath[str],
    filters: NamedDependency[FeedbackFilters],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[FeedbackView]:
    """List all feedback of a service, set aside or duplicate included, the latest received first."""
    after = unpack(cursor, tuple[dt.datetime, uuid.UUID])
    with record.transaction() as session:
        found = access.service_for(session, authenticate(session, request), service)
        items = reading.feedback_page(session, found, limit, after, filters)
    return Page(items, further(items, limit, attrgetter("received_at", "id")))


@get("/v1/feedback/{feedback:uuid}", sync_to_thread=True)
def show_feedback(request: AnyRequest, record: GivenRecord, feedback: FromPath[uuid.UUID]) -> FeedbackView:
    """Show one piece, redacted, with what was made of it."""
    with record.transaction() as session:
        return _view(session, access.feedback_for(session, authenticate(session, request), feedback))


@patch("/v1/feedback/{feedback:uuid}", sync_to_thread=True)
def overrule(
    request: AnyRequest, record: GivenRecord, feedback: FromPath[uuid.UUID], data: JSONBody[VerdictOverride]
) -> FeedbackView:
    """Say that a piece counts although it was set aside, or does not although it was counted."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.feedback_for(session, who, feedback, Role.editor)
        verdict_overrides.overrule(session, who, found, data)
        session.flush()
        return _view(session, found)


def _view(session: Session, piece: Feedback) -> FeedbackView:
    [view] = reading.feedback_views(session, session.get_one(Service, piece.service_id), [piece])
    return view


@get("/v1/services/{service:str}/held", sync_to_thread=True)
def list_held(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Page[HeldView]:
    """List the urgent pieces whose raw text is held until it is released, the latest first; none of the text itself."""
    with record.transaction() as session:
        found = access.service_for(session, authenticate(session, request), service, urgent_text.MAY_READ)
        return Page(urgent_text.held(session, found))


@get("/v1/feedback/{feedback:uuid}/held", sync_to_thread=True)
def read_held(request: AnyRequest, record: GivenRecord, feedback: FromPath[uuid.UUID]) -> HeldText:
    """Read what an urgent piece said before it was redacted. Who looked stands in the audit."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return urgent_text.read(session, record, who, access.feedback_for(session, who, feedback, urgent_text.MAY_READ))


@post("/v1/feedback/{feedback:uuid}/held/release", status_code=204, sync_to_thread=True)
def release_held(
    request: AnyRequest, record: GivenRecord, feedback: FromPath[uuid.UUID], data: JSONBody[ReleaseReason]
) -> None:
    """Release an urgent piece that was seen to: its raw text is destroyed, and the redacted one stays."""
    with record.transaction() as session:
        who = authenticate(session, request)
        urgent_raw.release(session, who, access.feedback_for(session, who, feedback, urgent_text.MAY_READ), data.reason)


@post("/v1/feedback/{feedback:uuid}/not-urgent", status_code=200, sync_to_thread=True)
def dismiss_urgency(request: AnyRequest, record: GivenRecord, feedback: FromPath[uuid.UUID]) -> FeedbackView:
    """Say that a piece is not urgent: what is held of it is destroyed in ten minutes, and the like is not raised."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.feedback_for(session, who, feedback, urgent_text.MAY_READ)
        urgency_dismissals.dismiss(session, who, found)
        return _view(session, found)


@delete("/v1/feedback/{feedback:uuid}/not-urgent", status_code=200, sync_to_thread=True)
def undo_dismissal(request: AnyRequest, record: GivenRecord, feedback: FromPath[uuid.UUID]) -> FeedbackView:
    """Take back that a piece is not urgent: the like is raised again, and what is still held stays."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.feedback_for(session, who, feedback, urgent_text.MAY_READ)
        urgency_dismissals.undo(session, who, found)
        session.flush()
        return _view(session, found)


router = routes(
    "staff",
    list_feedback,
    show_feedback,
    overrule,
    list_held,
    read_held,
    release_held,
    dismiss_urgency,
    undo_dismissal,
)
