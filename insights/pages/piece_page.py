"""One piece of feedback on the dashboard: what was made of it, whether it counts, and what an urgent one said."""

import asyncio
import uuid
from collections.abc import Callable

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.replica import WRITES
from feedback.http.staff import authenticate
from feedback.i18n import N_, _
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import FeedbackError
from feedback.record.limits import convert
from feedback.record.models import Feedback, Service
from feedback.record.privacy import urgency_dismissals, urgent_raw
from insights.issues import urgent_text
from insights.issues.decisions import verdict_overrides
from insights.issues.decisions.verdict_overrides import VerdictOverride
from insights.issues.queries import feedback, issues
from insights.issues.urgent_text import HeldText, ReleaseReason
from insights.pages.forms import FormValues, PageOrRedirect, submit
from insights.pages.layout import saved, show

COMPLAINT = N_("Give a reason of up to 500 characters")

ApplyToPiece = Callable[[Session, Principal, Feedback, FormValues], tuple[str, str, str]]
"""Returns what the page confirms, where, and what would take it back."""


@get("/dashboard/feedback/{feedback:uuid}", sync_to_thread=True, opt=WRITES)
def piece_page(request: AnyRequest, record: GivenRecord, feedback: FromPath[uuid.UUID]) -> Response[str]:
    """Shows one piece of feedback."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return _page(session, who, access.feedback_for(session, who, feedback))


@post("/dashboard/feedback/{feedback:uuid}/held", status_code=200, sync_to_thread=True)
def read_held(request: AnyRequest, record: GivenRecord, feedback: FromPath[uuid.UUID]) -> Response[str]:
    """Shows the raw text of an urgent piece.

    A button asks for it, so that no browser looks of its own accord: each look is audited.
    """
    with record.transaction() as session:
        who = authenticate(session, request)
        piece = access.feedback_for(session, who, feedback, urgent_text.MAY_READ)
        return _page(session, who, piece, raw=urgent_text.read(session, record, who, piece))


@post("/dashboard/feedback/{feedback:uuid}/release", status_code=200)
async def release(request: AnyRequest, record: GivenRecord, feedback: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Releases the raw text of an urgent piece."""
    return await _changed(request, record, feedback, urgent_text.MAY_READ, _release)


@post("/dashboard/feedback/{feedback:uuid}/not-urgent", status_code=200)
async def judge_urgency(request: AnyRequest, record: GivenRecord, feedback: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Says that a piece is not urgent, or takes that back."""
    return await _changed(request, record, feedback, urgent_text.MAY_READ, _judge_urgency)


@post("/dashboard/feedback/{feedback:uuid}/overrule", status_code=200)
async def overrule(request: AnyRequest, record: GivenRecord, feedback: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Says that a piece counts, or does not."""
    return await _changed(request, record, feedback, Role.editor, _overrule)


def _release(session: Session, who: Principal, piece: Feedback, values: FormValues) -> tuple[str, str, str]:
    urgent_raw.release(session, who, piece, convert(values, ReleaseReason).reason)
    return "released", "urgent", ""


def _judge_urgency(session: Session, who: Principal, piece: Feedback, values: FormValues) -> tuple[str, str, str]:
    if values.get("undo"):
        urgency_dismissals.undo(session, who, piece)
        return "urgent", "urgent", ""
    urgency_dismissals.dismiss(session, who, piece)
    return "not_urgent", "urgent", "yes"


def _overrule(session: Session, who: Principal, piece: Feedback, values: FormValues) -> tuple[str, str, str]:
    wanted = {"counts": values.get("counts") == "yes", "reason": values.get("reason")}
    verdict_overrides.overrule(session, who, piece, convert(wanted, VerdictOverride))
    return "counted", "handling", ""


async def _changed(
    request: AnyRequest, record: Record, feedback: uuid.UUID, needs: Role, apply: ApplyToPiece
) -> PageOrRedirect:
    values = await form_values(request)
    return await asyncio.to_thread(_change, request, record, feedback, needs, apply, values)


def _change(
    request: AnyRequest, record: Record, feedback: uuid.UUID, needs: Role, apply: ApplyToPiece, values: FormValues
) -> PageOrRedirect:
    """Applies it, or shows the page again with what is wrong."""

    def change(session: Session, who: Principal) -> Redirect:
        done = apply(session, who, access.feedback_for(session, who, feedback, needs), values)
        return saved(f"/dashboard/feedback/{feedback}", *done)

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        return _page(
            session, who, access.feedback_for(session, who, feedback), wrong=apply.__name__.strip("_"), values=values
        )

    return submit(request, record, change, show_again)


def _page(
    session: Session,
    who: Principal,
    piece: Feedback,
    *,
    raw: HeldText | None = None,
    wrong: str = "",
    values: FormValues | None = None,
) -> Response[str]:
    service = session.get_one(Service, piece.service_id)
    [view] = feedback.feedback_views(session, service, [piece])
    return show(
        who,
        "piece.html",
        400 if wrong else 200,
        service=service,
        item=view,
        timed=feedback.timed_statements(session, piece),
        titles=issues.titles(session, view.issues),
        raw=raw,
        may_overrule=who.may(Role.editor, service.id) and piece.stage in verdict_overrides.READ_STAGES,
        may_read=who.may(urgent_text.MAY_READ, service.id) and view.held,
        may_judge=who.may(urgent_text.MAY_READ, service.id),
        wrong=wrong,
        complaint=_(COMPLAINT),
        given=(values or {}).get("reason", ""),
    )
