"""The alerts of a service on the dashboard: who is told what, a new subscription, and what it would have sent."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.errors import Malformed
from feedback.record.models import Alert, Service, Subscription, new_id
from insights.alerts import payload
from insights.alerts.delivery import message
from insights.alerts.rules import filters, hindsight, preview, subscriptions
from insights.alerts.rules.filters import AlertFilters
from insights.alerts.rules.subscriptions import SubscriptionRequest
from insights.egress.addresses import AllowList
from insights.issues.queries import themes
from insights.pages.layout import redirect, show
from insights.presentation import labels

Values = Mapping[str, Any]
"""What a form holds: lists for `MANY`, text for the rest."""

MANY = ("kinds", "channels", "trends", "statuses")
ONE = ("theme", "kind", "to", "name", "contact", "digest", "least", "urgent_only", "key")

COMPLAINTS = {
    "url": "Where to must be an address that begins with https:// and that anybody can reach; "
    "for a chat tool, one as Apprise writes it",
    "address": "Where to must be an e-mail address",
    "contact": "Who looks after it must be an e-mail address",
    "least": "The least number of reports must be a number",
    "name": "The name must have 200 characters or fewer",
}
"""What is said of a field that cannot be taken; the fields of a place are shown as one, `to`."""


@dataclass(frozen=True, slots=True)
class Told:
    """One alert as a page shows it."""

    alert: Alert
    heading: str
    line: str


@get("/dashboard/{service:str}/alerts", sync_to_thread=True)
def alerts_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    with record.transaction() as session:
        who = authenticate(session, request)
        return _page(session, who, access.service_for(session, who, service), _empty())


@post("/dashboard/{service:str}/alerts", status_code=200)
async def subscribe(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str] | Redirect:
    """Shows what it would have been sent, or makes it."""
    form = await request.form()
    values = {name: str(form.get(name, "")).strip() for name in ONE}
    lists = {name: [str(value) for value in form.getall(name, [])] for name in MANY}
    made = _preview if form.get("do") == "preview" else _subscribe
    return await asyncio.to_thread(made, request, record, service, values | lists)


def _preview(request: AnyRequest, record: Record, slug: str, values: Values) -> Response[str]:
    with record.transaction() as session:
        who = authenticate(session, request)
        service = access.service_for(session, who, slug, Role.editor)
        try:
            found = preview.preview(session, service, _filters(values))
            complete = hindsight.is_complete(session, service)
        except (msgspec.ValidationError, Malformed) as error:
            return _page(session, who, service, values, errors=_complaint(error))
        shown = told(session, record, service, found)
        return _page(session, who, service, values, preview=shown, complete=complete)


def _subscribe(request: AnyRequest, record: Record, slug: str, values: Values) -> Response[str] | Redirect:
    """A webhook's secret is shown this once; to send the form again makes no second subscription."""
    try:
        with record.transaction() as session:
            who, allowed = authenticate(session, request), AllowList.of(record.settings.webhook_allow)
            wanted = _wanted(slug, values)
            made, secret = subscriptions.make(session, record.keys, allowed, who, wanted, f"page:{values['key']}")
            here = f"/dashboard/subscriptions/{made.id}"
            kept = show(who, "subscribed.html", shown=made.shown, secret=secret, next=here) if secret else None
        return kept or redirect(here)
    except (msgspec.ValidationError, Malformed) as error:
        complaint = _complaint(error)
    with record.transaction() as session:
        who = authenticate(session, request)
        return _page(session, who, access.service_for(session, who, slug), values, errors=complaint)


def _wanted(slug: str, values: Values) -> SubscriptionRequest:
    place = "address" if values["kind"] == "email" else "url"
    given = {name: values[name] for name in ("kind", "name", "digest")} | {"contact": values["contact"] or None}
    about = {"theme": values["theme"]} if values["theme"] else {"service": slug}
    return msgspec.convert({**given, **about, place: values["to"], "filters": _filters(values)}, SubscriptionRequest)


def _filters(values: Values) -> AlertFilters:
    chosen = {name: values[name] for name in MANY}
    rest = {"least": values["least"] or 0, "urgent_only": bool(values["urgent_only"])}
    return msgspec.convert(chosen | rest, AlertFilters, strict=False)


def _complaint(error: Exception) -> dict[str, str]:
    """Of the field that the failure names."""
    field = next((name for name in COMPLAINTS if f".{name}`" in str(error) or str(error).startswith(f"{name}:")), "url")
    return {"to" if field in ("url", "address") else field: COMPLAINTS[field]}


def _empty() -> Values:
    return dict.fromkeys(ONE, "") | {"kind": "email", "digest": "at_once", "key": str(new_id())} | {n: [] for n in MANY}


def told(session: Session, record: Record, service: Service, alerts: Sequence[Alert]) -> list[Told]:
    """Each in the words that people are sent."""
    now, found = dt.datetime.now(dt.UTC), []
    for alert in alerts:
        note = message.write(payload.event(session, alert, record.settings.url), service, now)
        found.append(Told(alert, note.heading, note.lines[0]))
    return found


def _page(
    session: Session,
    who: access.Principal,
    service: Service,
    values: Values,
    *,
    preview: Sequence[Told] | None = None,
    complete: bool = True,
    errors: Mapping[str, str] | None = None,
) -> Response[str]:
    of_service = [theme for theme in themes.listed(session, who) if service.slug in theme.services]
    return show(
        who,
        "alerts.html",
        400 if errors else 200,
        service=service,
        subscriptions=_listed(session, who, service, [theme.id for theme in of_service]),
        themes={"": "All of this service"} | {str(theme.id): theme.title for theme in of_service},
        may_change=who.role >= Role.editor,
        values=values,
        preview=preview,
        complete=complete,
        errors=errors or {},
    )


def _listed(
    session: Session, who: access.Principal, service: Service, theme_ids: Sequence[uuid.UUID]
) -> list[tuple[Subscription, str]]:
    """Whoever hears of the service, and what of it."""
    hears = or_(Subscription.service_id == service.id, Subscription.theme_id.in_(theme_ids))
    mine = select(Subscription).where(hears, Subscription.state != "ended", *subscriptions.visible(who))
    return [(one, wishes(one)) for one in session.scalars(mine.order_by(Subscription.id))]


def wishes(subscription: Subscription) -> str:
    """What it wants to hear, in words."""
    wanted = filters.filters_of(subscription)
    if wanted.urgent_only:
        return "only what is urgent"
    named = (
        [labels.ALERTS[kind].lower() for kind in wanted.kinds],
        [labels.CHANNELS[channel] for channel in wanted.channels],
        [labels.TRENDS[trend].lower() for trend in wanted.trends],
        [labels.STATUSES[status].lower() for status in wanted.statuses],
        [f"from {wanted.least} reports on"] if wanted.least else [],
    )
    everything = "one theme" if subscription.theme_id else "everything"
    return "; ".join(" or ".join(part) for part in named if part) or everything
