"""A subscription edited: what it hears, where it goes, how often, and who looks after it."""

import asyncio
import uuid
from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import read_form
from feedback.http.replica import WRITES
from feedback.http.staff import authenticate
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, NotFound
from feedback.record.limits import convert
from feedback.record.models import Subscription
from feedback.record.states import SubscriptionKind
from insights.alerts import queries
from insights.alerts.rules import subscriptions
from insights.alerts.rules.filters import filters_of
from insights.alerts.rules.subscriptions import SubscriptionChange
from insights.egress.addresses import AllowList
from insights.pages.alerts_page import LIST_FIELDS, SubscriptionForm, place_complaint, read_filters
from insights.pages.forms import PageOrRedirect, submit
from insights.pages.layout import saved, show

TEXTS = ("to", "name", "contact", "digest", "least", "urgent_only", "escalations_only")


@get("/dashboard/subscriptions/{subscription:uuid}/edit", sync_to_thread=True, opt=WRITES)
def edit_page(request: AnyRequest, record: GivenRecord, subscription: FromPath[uuid.UUID]) -> Response[str]:
    """Shows what a subscription wants to hear, to be changed. Where it goes is shown only as far as it may be seen."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = subscriptions.find(session, who, subscription, Role.editor)
        return _page(session, who, found, _stored(found), {})


@post("/dashboard/subscriptions/{subscription:uuid}/edit", status_code=200)
async def edit(request: AnyRequest, record: GivenRecord, subscription: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Changes it, or shows the form again with what is wrong."""
    form = await read_form(request)
    texts = {name: str(form.get(name, "")).strip() for name in TEXTS}
    lists = {name: [str(value) for value in form.getall(name, [])] for name in LIST_FIELDS}
    return await asyncio.to_thread(_edit, request, record, subscription, texts | lists)


def _edit(request: AnyRequest, record: Record, identity: uuid.UUID, values: SubscriptionForm) -> PageOrRedirect:
    def apply(session: Session, who: Principal) -> PageOrRedirect:
        found = subscriptions.find(session, who, identity, Role.editor)
        wanted = _wanted(found, values)
        subscriptions.move(record.keys, AllowList.of(record.settings.webhook_allow), found, wanted)
        subscriptions.change(session, found, wanted)
        subscriptions.audit(session, who, found, "change subscription")
        return saved(f"/dashboard/subscriptions/{identity}", "saved")

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        found = subscriptions.find(session, who, identity, Role.editor)
        return _page(session, who, found, values, place_complaint(error))

    return submit(request, record, apply, show_again)


def _wanted(found: Subscription, values: SubscriptionForm) -> SubscriptionChange:
    """Where nothing is typed, it goes where it went."""
    place = "address" if found.kind == SubscriptionKind.EMAIL else "url"
    given: dict[str, Any] = {"name": values["name"], "digest": values["digest"], "contact": values["contact"] or None}
    moved = {place: values["to"]} if values["to"] and values["to"] != found.shown else {}
    return convert({**given, **moved, "filters": read_filters(values)}, SubscriptionChange)


def _stored(found: Subscription) -> SubscriptionForm:
    known = filters_of(found)
    lists = {name: list(getattr(known, name)) for name in LIST_FIELDS}
    ticks = {name: "yes" if getattr(known, name) else "" for name in ("urgent_only", "escalations_only")}
    texts = {"name": found.name, "contact": found.contact or "", "digest": found.digest, "to": found.shown}
    return {**texts, **lists, **ticks, "least": str(known.least or "")}


def _page(
    session: Session, who: Principal, found: Subscription, values: SubscriptionForm, errors: Mapping[str, str]
) -> Response[str]:
    service = queries.service_of(session, found)
    if service is None:
        raise NotFound("no service has an issue of this theme now")
    return show(
        who,
        "subscription_edit.html",
        400 if errors else 200,
        subscription=found,
        service=service,
        values=values,
        errors=errors,
    )


handlers = (edit_page, edit)
