"""Handing over a piece, or all of an issue; what a service handed over, and taking it back."""

import asyncio
import uuid
from collections.abc import Callable

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.i18n import N_, TranslatedLabels, _
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import Conflict, FeedbackError, Malformed
from feedback.record.limits import convert
from feedback.record.models import HandOver, Service
from feedback.record.privacy.title_erasure import NAMELESS_TITLE
from insights.hand_overs import giving, taking_back
from insights.hand_overs.giving import HandOverRequest
from insights.issues.queries.issues import titles
from insights.issues.tallies import tallies
from insights.pages.forms import FormValues, PageOrRedirect, complaint, submit
from insights.pages.layout import saved, show

PAGE_SIZE = 50
COMPLAINTS = TranslatedLabels(
    {
        "to": N_("Give the name of one other service, as it is written there"),
        "reason": N_("Give a reason of up to 2,000 characters, or none"),
    }
)
REFUSED = N_("It cannot be handed over: it is not read yet, is no longer kept, or the other service has it already")

Give = Callable[[Session, Principal, HandOverRequest], HandOver]
ShowForm = Callable[[Session, Principal, FormValues, FormValues], Response[str]]


@get("/dashboard/feedback/{feedback:uuid}/hand-over", sync_to_thread=True)
def piece_form(request: AnyRequest, record: GivenRecord, feedback: FromPath[uuid.UUID]) -> Response[str]:
    """Shows the form that hands a piece over."""
    with record.transaction() as session:
        return _piece(session, authenticate(session, request), feedback)


@post("/dashboard/feedback/{feedback:uuid}/hand-over", status_code=200)
async def give_piece(request: AnyRequest, record: GivenRecord, feedback: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Hands a piece over."""

    def give(session: Session, who: Principal, wanted: HandOverRequest) -> HandOver:
        found = access.feedback_for(session, who, feedback, Role.editor, lock=False)
        return giving.hand_over_piece(session, who, found, wanted)

    return await _given(request, record, give, lambda session, who, *more: _piece(session, who, feedback, *more))


@get("/dashboard/issues/{issue:uuid}/hand-over", sync_to_thread=True)
def issue_form(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> Response[str]:
    """Shows the form that hands all of an issue over."""
    with record.transaction() as session:
        return _issue(session, authenticate(session, request), issue)


@post("/dashboard/issues/{issue:uuid}/hand-over", status_code=200)
async def give_issue(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Hands all of an issue over."""

    def give(session: Session, who: Principal, wanted: HandOverRequest) -> HandOver:
        return giving.hand_over_issue(session, who, access.issue_for(session, who, issue, Role.editor), wanted)

    return await _given(request, record, give, lambda session, who, *more: _issue(session, who, issue, *more))


@get("/dashboard/{service:str}/handed-over", sync_to_thread=True)
def handed_over_page(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], before: FromQuery[int | None] = None
) -> Response[str]:
    """Shows what a service handed over, the latest first."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service)
        given = giving.listed(session, found, PAGE_SIZE, before)
        known = titles(session, [done.issue_id for done in given if done.issue_id])
        return show(
            who,
            "hand_overs/list.html",
            service=found,
            given=[(done, giving.receiver_name(session, done)) for done in given],
            titles={issue: told for issue, told in known.items() if told.title != NAMELESS_TITLE},
            further=given[-1].id if len(given) == PAGE_SIZE else None,
            may_take_back=who.may(Role.editor, found.id),
        )


@post("/dashboard/hand-overs/{hand_over_id:int}/take-back", sync_to_thread=True)
def take_back(request: AnyRequest, record: GivenRecord, hand_over_id: FromPath[int]) -> Redirect:
    """Takes back what is still where it was handed over to."""
    with record.transaction() as session:
        who = authenticate(session, request)
        done = access.owned_for(session, who, HandOver, hand_over_id, Role.editor)
        taking_back.take_back(session, who, done)
        return saved(f"/dashboard/{session.get_one(Service, done.service_id).slug}/handed-over", "undone")


async def _given(request: AnyRequest, record: Record, give: Give, show_form: ShowForm) -> PageOrRedirect:
    values = await form_values(request)

    def apply(session: Session, who: Principal) -> Redirect:
        wanted = {"to": values.get("to", ""), "reason": values.get("reason") or None}
        done = give(session, who, convert(wanted, HandOverRequest))
        return saved(f"/dashboard/{session.get_one(Service, done.service_id).slug}/handed-over", "handed_over")

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        refused = {"to": _(REFUSED)} if isinstance(error, Conflict) else None
        return show_form(session, who, values, refused or complaint(error, COMPLAINTS, "to"))

    return await asyncio.to_thread(submit, request, record, apply, show_again, (Malformed, Conflict))


NOTHING_ENTERED = {"to": "", "reason": ""}


def _piece(
    session: Session,
    who: Principal,
    feedback_id: uuid.UUID,
    values: FormValues = NOTHING_ENTERED,
    errors: FormValues | None = None,
) -> Response[str]:
    piece = access.feedback_for(session, who, feedback_id, Role.editor, lock=False)
    return _form(session, who, piece.service_id, values, errors, piece=piece, issue=None, reports=1)


def _issue(
    session: Session,
    who: Principal,
    issue_id: uuid.UUID,
    values: FormValues = NOTHING_ENTERED,
    errors: FormValues | None = None,
) -> Response[str]:
    issue = access.issue_for(session, who, issue_id, Role.editor)
    counted = tallies(session, [issue.id])
    reports = counted[issue.id].raw if issue.id in counted else 0
    return _form(session, who, issue.service_id, values, errors, piece=None, issue=issue, reports=reports)


def _form(
    session: Session, who: Principal, service_id: int, values: FormValues, errors: FormValues | None, **more: object
) -> Response[str]:
    service = session.get_one(Service, service_id)
    others = sorted(it.display_name for it in session.scalars(select(Service).where(Service.id != service_id)))
    context = {
        "service": service,
        "others": others,
        "values": NOTHING_ENTERED | dict(values),
        "errors": errors or {},
    }
    return show(who, "hand_overs/form.html", 400 if errors else 200, **context, **more)


handlers = (piece_form, give_piece, issue_form, give_issue, handed_over_page, take_back)
