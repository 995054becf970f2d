"""The alerts of a service on the dashboard: who is told what, a new subscription, and what it would have sent."""

import asyncio
import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from feedback import i18n
from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import read_form
from feedback.http.staff import authenticate
from feedback.i18n import N_, TranslatedLabels, _
from feedback.record import access
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.errors import Conflict, FeedbackError, Malformed
from feedback.record.limits import convert
from feedback.record.models import Alert, Service, Subscription, new_id
from feedback.record.states import DigestRhythm, SubscriptionKind, SubscriptionState
from insights.alerts import payload
from insights.alerts.delivery import message
from insights.alerts.rules import backtest_signals, filters, preview, subscriptions
from insights.alerts.rules.filters import AlertFilters
from insights.alerts.rules.subscriptions import SubscriptionRequest
from insights.egress.addresses import AllowList
from insights.issues.queries import themes
from insights.pages.forms import PageOrRedirect, ShowAgain, complaint, submit
from insights.pages.layout import saved, show
from insights.pages.service import address
from insights.pages.service.address import Chosen
from insights.pages.service.words import words
from insights.presentation import labels

SubscriptionForm = Mapping[str, Any]
"""What a form holds: lists for `LIST_FIELDS`, text for the rest."""

LIST_FIELDS = ("kinds", "channels", "trends", "statuses")
TEXT_FIELDS = ("theme", "kind", "to", "name", "contact", "digest", "least", "urgent_only", "escalations_only", "key")

LIMITED_BY = {"channel": "channels", "trend": "trends", "status": "statuses"}
"""What of a view of the list of issues can limit alerts, too, by the field of their form."""

COMPLAINTS: Mapping[str, str] = TranslatedLabels(
    {
        "url": N_(
            "Enter an address that begins with https:// and that anybody can reach; "
            "for a chat tool, one as Apprise writes it"
        ),
        "address": N_("Enter an e-mail address to send alerts to"),
        "contact": N_("Enter the e-mail address of whoever looks after it, or leave it empty"),
        "least": N_("The least number of reports must be a number"),
        "name": N_("The name must have 200 characters or fewer"),
        "room": N_("There are as many subscriptions as there can be; delete one first"),
    }
)
"""What is said of a field that cannot be taken."""

PLACES = {"url": "to", "address": "to"}
"""By the fields of a place the one of the form that stands for both."""


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert as a page shows it."""

    alert: Alert
    heading: str
    line: str


@get("/dashboard/{service:str}/alerts", sync_to_thread=True)
def alerts_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows who is told what a service has to tell."""
    with record.transaction() as session:
        who = authenticate(session, request)
        chosen = address.read(request.query_params)
        left = [words(name, value) for name, value in chosen.narrowing() if name not in LIMITED_BY]
        found = access.service_for(session, who, service)
        return _page(session, who, found, {**_empty(), **_of_view(chosen)}, unlimited=left)


@post("/dashboard/{service:str}/alerts", status_code=200)
async def subscribe(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> PageOrRedirect:
    """Shows what a subscription would have been sent, or makes it."""
    form = await read_form(request)
    values = {name: str(form.get(name, "")).strip() for name in TEXT_FIELDS}
    lists = {name: [str(value) for value in form.getall(name, [])] for name in LIST_FIELDS}
    made = _preview if form.get("do") == "preview" else _subscribe
    return await asyncio.to_thread(made, request, record, service, values | lists)


def _preview(request: AnyRequest, record: Record, slug: str, values: SubscriptionForm) -> PageOrRedirect:
    def look(session: Session, who: access.Principal) -> Response[str]:
        service = access.service_for(session, who, slug, Role.editor)
        found = preview.preview(session, service, read_filters(values))
        lines = alert_lines(session, record, service, found)
        return _page(
            session, who, service, values, lines=lines, complete=backtest_signals.is_complete(session, service)
        )

    return submit(request, record, look, _again(slug, values))


def _subscribe(request: AnyRequest, record: Record, slug: str, values: SubscriptionForm) -> PageOrRedirect:
    """A webhook's secret is shown this once; to send the form again makes no second subscription."""

    def subscribe(session: Session, who: access.Principal) -> PageOrRedirect:
        allowed = AllowList.of(record.settings.webhook_allow)
        wanted = _wanted(slug, values)
        made, secret = subscriptions.make(session, record.keys, allowed, who, wanted, _request_key(values, wanted))
        here = f"/dashboard/subscriptions/{made.id}"
        return (
            show(who, "subscribed.html", shown=made.shown, secret=secret, next=here)
            if secret
            else saved(here, "subscribed")
        )

    return submit(request, record, subscribe, _again(slug, values), (Malformed, Conflict))


def _request_key(values: SubscriptionForm, wanted: SubscriptionRequest) -> str | None:
    """The same form, sent again as it is, is one request; a form that was changed is another."""
    key = values["key"]
    sent = hashlib.sha256(msgspec.json.encode([key, wanted])).hexdigest()
    return f"page:{sent}" if key else None


def _again(slug: str, values: SubscriptionForm) -> ShowAgain:
    """Shows the page with the complaint about the field that the failure names."""

    def show_again(session: Session, who: access.Principal, error: FeedbackError) -> Response[str]:
        service = access.service_for(session, who, slug)
        return _page(session, who, service, values, errors=place_complaint(error))

    return show_again


def place_complaint(error: FeedbackError) -> dict[str, str]:
    """Returns what is said of the field that a failure names, by the field of the form."""
    if isinstance(error, Conflict):
        return {"to": COMPLAINTS["room"]}
    return {PLACES.get(field, field): says for field, says in complaint(error, COMPLAINTS, "url").items()}


def _wanted(slug: str, values: SubscriptionForm) -> SubscriptionRequest:
    place = "address" if values["kind"] == SubscriptionKind.EMAIL else "url"
    given = {name: values[name] for name in ("kind", "name", "digest")} | {
        "contact": values["contact"] or None,
        "language": i18n.language(),
    }
    about = {"theme": values["theme"]} if values["theme"] else {"service": slug}
    return convert({**given, **about, place: values["to"], "filters": read_filters(values)}, SubscriptionRequest)


def read_filters(values: SubscriptionForm) -> AlertFilters:
    """Reads from a form what a subscription is to hear. Raises `Malformed`."""
    chosen = {name: values[name] for name in LIST_FIELDS}
    rest = {"least": values["least"] or 0, "urgent_only": bool(values["urgent_only"])}
    rest["escalations_only"] = bool(values["escalations_only"])
    return convert(chosen | rest, AlertFilters, strict=False)


def _empty() -> SubscriptionForm:
    texts = dict.fromkeys(TEXT_FIELDS, "") | {
        "kind": SubscriptionKind.EMAIL,
        "digest": DigestRhythm.AT_ONCE,
        "key": str(new_id()),
    }
    return texts | {name: [] for name in LIST_FIELDS}


def _of_view(chosen: Chosen) -> SubscriptionForm:
    """What of a view of the list of issues limits alerts, too."""
    return {field: [str(value) for value in getattr(chosen.filters, name)] for name, field in LIMITED_BY.items()}


def alert_lines(session: Session, record: Record, service: Service, alerts: Sequence[Alert]) -> list[AlertLine]:
    """Writes each alert in the words that people are sent."""
    now, found = dt.datetime.now(dt.UTC), []
    for alert in alerts:
        note = message.write(payload.event(session, alert, record.settings.url), service, now)
        found.append(AlertLine(alert, note.heading, note.lines[0]))
    return found


def _page(
    session: Session,
    who: access.Principal,
    service: Service,
    values: SubscriptionForm,
    *,
    lines: Sequence[AlertLine] | None = None,
    complete: bool = True,
    errors: Mapping[str, str] | None = None,
    unlimited: Sequence[str] = (),
) -> Response[str]:
    of_service = [
        theme for theme in themes.listed(session, who, themes.visible(session, who)) if service.slug in theme.services
    ]
    return show(
        who,
        "alerts.html",
        400 if errors else 200,
        service=service,
        subscriptions=_listed(session, who, service, [theme.id for theme in of_service]),
        themes={"": _("All of this service")} | {str(theme.id): theme.title for theme in of_service},
        may_change=who.may(Role.editor, service.id),
        values=values,
        preview=lines,
        complete=complete,
        errors=errors or {},
        unlimited=unlimited,
    )


def _listed(
    session: Session, who: access.Principal, service: Service, theme_ids: Sequence[uuid.UUID]
) -> list[tuple[Subscription, str]]:
    """Whoever hears of the service, and what of it."""
    hears = or_(Subscription.service_id == service.id, Subscription.theme_id.in_(theme_ids))
    mine = select(Subscription).where(hears, Subscription.state != SubscriptionState.ENDED, *subscriptions.visible(who))
    return [(one, describe_filters(one)) for one in session.scalars(mine.order_by(Subscription.id))]


def describe_filters(subscription: Subscription) -> str:
    """Says what a subscription wants to hear."""
    wanted = filters.filters_of(subscription)
    if wanted.escalations_only:
        return _("only what others do not acknowledge")
    if wanted.urgent_only:
        return _("only what is urgent")
    named = (
        [labels.ALERT_KINDS[kind].lower() for kind in wanted.kinds],
        [labels.BY_CHANNEL[channel] for channel in wanted.channels],
        [labels.TRENDS[trend].lower() for trend in wanted.trends],
        [labels.ISSUE_STATUSES[status].lower() for status in wanted.statuses],
        [_("from %(least)s reports on", least=wanted.least)] if wanted.least else [],
    )
    everything = _("one theme") if subscription.theme_id else _("everything")
    return "; ".join(_any_of(part) for part in named if part) or everything


def _any_of(these: Sequence[str]) -> str:
    """As a list is read out, as in: new, urgent or over; what holds a comma itself is set apart by quotation marks."""
    *first, last = [f"“{one}”" if "," in one else one for one in these]
    return _("%(first)s or %(last)s", first=", ".join(first), last=last) if first else last
