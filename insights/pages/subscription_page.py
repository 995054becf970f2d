"""One subscription on the dashboard: what it was told, every attempt to tell it, and what editors do about it."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Callable, Mapping

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord, WorkQueueDependency
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.i18n import N_, TranslatedLabels
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Malformed, NotFound
from feedback.record.limits import convert, whole_number
from feedback.record.models import Alert, Delivery, Issue, Quiet, Service, Subscription
from feedback.record.work.queue import WorkQueue
from insights.alerts import queries, rota
from insights.alerts.delivery import attempts, credentials
from insights.alerts.rota import Rota
from insights.alerts.rules import mute, subscriptions
from insights.alerts.rules.subscriptions import SubscriptionChange
from insights.pages import alerts_page
from insights.pages.forms import FormValues, PageOrRedirect, complaint, submit
from insights.pages.layout import saved, show
from insights.pages.subscriptions import rota_form

PAGE_SIZE = 50
COMPLAINTS: Mapping[str, str] = TranslatedLabels(
    {
        "end": N_("Quiet hours take two times of day that differ, or none"),
        "turns": N_(
            "Each line must be an e-mail address, perhaps with days and hours before it (for a week each: alone)"
        ),
        "after_minutes": N_("Enter from 1 to 10,080 minutes, and another subscription of this service"),
    }
)
"""What is said of a field that cannot be taken."""

SubscriptionAct = Callable[[Session, Principal, Subscription, FormValues], object]


@get("/dashboard/subscriptions/{subscription:uuid}", sync_to_thread=True)
def subscription_page(request: AnyRequest, record: GivenRecord, subscription: FromPath[uuid.UUID]) -> Response[str]:
    """Shows one subscription."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return _page(session, record, who, subscriptions.find(session, who, subscription))


def _page(
    session: Session,
    record: Record,
    who: Principal,
    found: Subscription,
    values: FormValues | None = None,
    errors: FormValues | None = None,
) -> Response[str]:
    service = _service(session, found)
    return show(
        who,
        "subscription.html",
        400 if errors else 200,
        subscription=found,
        hears_of=alerts_page.describe_filters(found),
        about=subscriptions.about(session, found),
        service=service,
        told=alerts_page.alert_lines(session, record, service, _last_alerts(session, found)),
        deliveries=_last_deliveries(session, found),
        quiet=_quiet(session, found),
        others=_others(session, found),
        on_duty=rota.on_duty(found.rota, dt.datetime.now(dt.UTC), service.properties.time_zone),
        may_change=who.may(Role.editor, found.service_id),
        mails_go_out=bool(record.settings.smtp_url),
        values=_arranged(found) if values is None else {**_arranged(None), **values},
        errors=errors or {},
    )


def _arranged(found: Subscription | None) -> dict[str, str]:
    """What the forms of quiet hours and escalation, and of the rota, begin with."""
    turns = msgspec.convert(found.rota, Rota) if found and found.rota else None
    hours, escalation = (found and found.quiet_hours) or {}, (found and found.escalation) or {}
    return {
        "start": hours.get("start", ""),
        "end": hours.get("end", ""),
        "weekends": "yes" if hours.get("weekends") else "",
        "to": escalation.get("to", ""),
        "after_minutes": str(escalation.get("after_minutes", 30)),
        "turns": rota_form.write(turns.turns) if turns else "",
        "first_week": str((turns and turns.first_week) or ""),
    }


@post("/dashboard/subscriptions/{subscription:uuid}/{act:str}", status_code=200)
async def act(
    request: AnyRequest,
    record: GivenRecord,
    work_queue: WorkQueueDependency,
    subscription: FromPath[uuid.UUID],
    act: FromPath[str],
) -> PageOrRedirect:
    """Does to a subscription what its button says."""
    values = await form_values(request)
    return await asyncio.to_thread(_act, request, record, work_queue, subscription, act, values)


def _act(
    request: AnyRequest, record: Record, work_queue: WorkQueue, identity: uuid.UUID, act: str, values: FormValues
) -> PageOrRedirect:
    here = f"/dashboard/subscriptions/{identity}"

    def apply(session: Session, who: Principal) -> PageOrRedirect:
        found = subscriptions.find(session, who, identity, Role.editor)
        service = _service(session, found)
        subscriptions.audit(session, who, found, f"{act} subscription")
        if act == "delete":
            session.delete(found)
            return saved(f"/dashboard/{service.slug}/alerts", "subscription_ended")
        if act == "rotate":
            secret = credentials.rotate(record.keys, found)
            return show(who, "subscribed.html", shown=found.shown, secret=secret, next=here)
        if act not in ACTS:
            raise NotFound("there is no such page")
        change, says = ACTS[act]
        change(session, who, found, values)
        return saved(here, says)

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        wrong = complaint(error, COMPLAINTS, "end")
        return _page(session, record, who, subscriptions.find(session, who, identity), values, wrong)

    answer = submit(request, record, apply, show_again)
    work_queue.wake("deliver")
    return answer


def _service(session: Session, found: Subscription) -> Service:
    """Where its page belongs."""
    service = queries.service_of(session, found)
    if service is None:
        raise NotFound("no service has an issue of this theme now")
    return service


def _test(session: Session, who: Principal, found: Subscription, values: FormValues) -> None:
    attempts.send_test(session, found)


def _mute(session: Session, who: Principal, found: Subscription, values: FormValues) -> None:
    subscriptions.change(session, found, SubscriptionChange(state="muted"))


def _resume(session: Session, who: Principal, found: Subscription, values: FormValues) -> None:
    subscriptions.change(session, found, SubscriptionChange(state="active", quiet_until=None))


def _snooze(session: Session, who: Principal, found: Subscription, values: FormValues) -> None:
    subscriptions.change(session, found, SubscriptionChange(quiet_until=_until(values)))


def _arrange(session: Session, who: Principal, found: Subscription, values: FormValues) -> None:
    """Sets quiet hours and escalation; what is left empty is none."""
    ticked = {"weekends": bool(values.get("weekends"))}
    hours = {name: values.get(name, "") for name in ("start", "end")}
    to, minutes = values.get("to", ""), whole_number(values.get("after_minutes", ""))
    wanted = {
        "quiet_hours": hours | ticked if any(hours.values()) else None,
        "escalation": {"to": to, "after_minutes": minutes} if to else None,
    }
    try:
        subscriptions.change(session, found, convert(wanted, SubscriptionChange))
    except Malformed as error:
        field = "after_minutes" if (error.field or "").startswith("escalation") else "end"
        raise Malformed(str(error), field=field) from error


def _take_turns(session: Session, who: Principal, found: Subscription, values: FormValues) -> None:
    """Sets the rota; without a line there is none."""
    try:
        wanted = rota_form.read(values.get("turns", ""), values.get("first_week", ""))
        subscriptions.change(session, found, SubscriptionChange(rota=wanted))
    except Malformed as error:
        raise Malformed(str(error), field="turns") from error


def _quieten(session: Session, who: Principal, found: Subscription, values: FormValues) -> None:
    issue = access.issue_for(session, who, _id(values, "issue"))
    mute.mute(session, found, issue, _until(values) if values.get("days") else None)


def _hear(session: Session, who: Principal, found: Subscription, values: FormValues) -> None:
    mute.unmute(session, found, access.issue_for(session, who, _id(values, "issue")).id)


def _acknowledge(session: Session, who: Principal, found: Subscription, values: FormValues) -> None:
    mute.acknowledge(session, who, _id(values, "alert"))


def _replay(session: Session, who: Principal, found: Subscription, values: FormValues) -> None:
    attempt = session.get(Delivery, _id(values, "delivery"))
    if attempt is None or attempt.subscription_id != found.id:
        raise NotFound("there is no such delivery")
    attempts.replay(session, found, attempt)


ACTS: Mapping[str, tuple[SubscriptionAct, str]] = {
    "test": (_test, "test_sent"),
    "mute": (_mute, "muted"),
    "resume": (_resume, "hears"),
    "snooze": (_snooze, "snoozed"),
    "arrange": (_arrange, "saved"),
    "take-turns": (_take_turns, "saved"),
    "quieten": (_quieten, "quiet"),
    "hear": (_hear, "hears"),
    "acknowledge": (_acknowledge, "acknowledged"),
    "replay": (_replay, "resent"),
}
"""What each button does, and what the page says of it then."""


def _until(values: FormValues) -> dt.datetime:
    days = whole_number(values.get("days", ""))
    if days is None or not 0 < days <= 90:
        raise Malformed("from 1 to 90", field="days")
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=days)


def _id(values: FormValues, name: str) -> uuid.UUID:
    try:
        return uuid.UUID(values.get(name, ""))
    except ValueError:
        raise Malformed("this is no id", field=name) from None


def _last_alerts(session: Session, found: Subscription) -> list[Alert]:
    told = select(Alert).where(Alert.subscription_id == found.id, Alert.type != "subscription.ended")
    return list(session.scalars(told.order_by(Alert.number.desc()).limit(PAGE_SIZE)))


def _last_deliveries(session: Session, found: Subscription) -> list[Delivery]:
    tried = select(Delivery).where(Delivery.subscription_id == found.id)
    return list(session.scalars(tried.order_by(Delivery.id.desc()).limit(PAGE_SIZE)))


def _others(session: Session, found: Subscription) -> dict[str, str]:
    """By their ids what the subscriptions are called to which it may escalate."""
    same = (Subscription.service_id == found.service_id, Subscription.id != found.id)
    rows = session.scalars(select(Subscription).where(*same).order_by(Subscription.id))
    return {str(row.id): row.name or row.shown for row in rows}


def _quiet(session: Session, found: Subscription) -> list[tuple[Issue, dt.datetime | None]]:
    rows = select(Issue, Quiet.until).join(Quiet, Quiet.issue_id == Issue.id)
    return [(issue, until) for issue, until in session.execute(rows.where(Quiet.subscription_id == found.id))]
