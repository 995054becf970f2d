"""How people reach a service: its form and poster, the widget, texts, calls and mail, and what came by each of late."""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import segno
from litestar import Response, get
from litestar.params import FromPath
from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate
from feedback.i18n import N_, _, speaking
from feedback.record import access
from feedback.record.access import Role
from feedback.record.installation import FIELDS
from feedback.record.models import ChannelRefusal, Feedback, Service
from feedback.record.settings import Settings, variable_of
from ingest.channels import CHANNELS
from ingest.pages.negotiation import offered
from insights.pages.layout import show

OF_LATE = dt.timedelta(days=7)
MOST_LOOKED_AT = 5_000
"""Pieces of a service, the newest first, that tell when each provider was last heard: none has an index of its own."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One way in for other systems: where they send to, what is set there, and how they prove who they are.

    `proof` names the setting of the secret they share with us, none where an API key vouches; `is_on`: whether it is
    set. `received_at`: when the service last got something by it, as far as its newest pieces tell. `refused` is what
    was refused last, by whichever service it was meant for.
    """

    name: str
    address: str
    there: str
    proof: str | None
    is_on: bool
    received_at: dt.datetime | None
    refused: ChannelRefusal | None


_SIGNED = {
    "sms/twilio": ("Twilio", N_("Under the number: A message comes in, Webhook, POST."), "twilio_auth_token"),
    "sms/notify": ("GOV.UK Notify", N_("API integration, Callbacks, Received text messages."), "notify_token"),
    "sms/vonage": ("Vonage", N_("Settings of the number: Inbound webhook URL; sign it."), "vonage_secret"),
}
_KEYED = {
    "email": (N_("E-mail"), N_("Post each mail as it came (RFC 5322), with a key of this service.")),
    "calls/vcon": (N_("Calls, as vCon"), N_("Post each call with a key of this service.")),
    "calls/webvtt": (N_("Calls, as WebVTT"), N_("Post each transcript with a key of this service.")),
    "calls/contact-lens": (N_("Calls, from Amazon Connect"), N_("Post each analysis with a key of this service.")),
    "calls/transcribe": (N_("Calls, from Amazon Transcribe"), N_("Post each transcript with a key of this service.")),
    "calls/text": (N_("Calls, as plain text"), N_("Post each transcript with a key of this service.")),
}


@get("/dashboard/{service:str}/reach", sync_to_thread=True)
def reach_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows every way in: what to print, copy or set elsewhere, whether it is on, and what it last took or refused."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service, Role.owner)
        texts, others = providers(session, record.settings, found)
        return show(
            who,
            "setup/reach.html",
            service=found,
            url=record.settings.url,
            form=form_url(record.settings, found),
            qr=_qr(form_url(record.settings, found)),
            received=_received(session, found),
            texts=texts,
            others=others,
            is_admin=who.may(Role.admin, None),
        )


def form_url(settings: Settings, service: Service) -> str:
    """Returns the address of a service's form."""
    return f"{settings.url}/services/{quote(service.slug)}/feedback"


def _qr(address: str) -> Markup:
    """As a picture within the page: black on white, which readers of any scheme of colours can scan."""
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out, kind="svg", xmldecl=False, omitsize=True, light="#fff", dark="#000", title=_("QR code of the form")
    )
    return Markup(out.getvalue().decode())  # noqa: S704 - made of squares alone


def _received(session: Session, service: Service) -> Sequence[tuple[str, dt.datetime, int]]:
    """Of each channel that was ever used: its name, when it last took something in, and how much of late."""
    since = func.now() - OF_LATE
    counted = func.count().filter(Feedback.received_at > since)
    mine = select(Feedback.channel, func.max(Feedback.received_at), counted).where(Feedback.service_id == service.id)
    return [
        (row[0], row[1], row[2]) for row in session.execute(mine.group_by(Feedback.channel).order_by(Feedback.channel))
    ]


def providers(session: Session, settings: Settings, service: Service) -> tuple[list[Provider], list[Provider]]:
    """Returns those who hand over texts, proved by their secret, and systems for which a key of the service vouches."""
    refused = {row.channel: row for row in session.scalars(select(ChannelRefusal))}
    heard = _last_heard(session, service)
    return _text_providers(settings, heard, refused), _key_providers(settings, service, heard, refused)


def _last_heard(session: Session, service: Service) -> dict[str, dt.datetime]:
    """When a service last got something by each channel that its newest pieces name."""
    newest = (
        select(Feedback.read_as["format"].astext.label("channel"), Feedback.received_at)
        .where(Feedback.service_id == service.id)
        .order_by(Feedback.received_at.desc())
        .limit(MOST_LOOKED_AT)
        .subquery()
    )
    last = select(newest.c.channel, func.max(newest.c.received_at)).where(newest.c.channel.in_(CHANNELS))
    return {row[0]: row[1] for row in session.execute(last.group_by(newest.c.channel))}


def _text_providers(
    settings: Settings, heard: dict[str, dt.datetime], refused: dict[str, ChannelRefusal]
) -> list[Provider]:
    return [
        Provider(
            _(name),
            _address(settings, channel),
            _(there),
            variable_of(FIELDS[secret]),
            bool(getattr(settings, secret)),
            heard.get(channel),
            refused.get(channel),
        )
        for channel, (name, there, secret) in _SIGNED.items()
    ]


def _key_providers(
    settings: Settings, service: Service, heard: dict[str, dt.datetime], refused: dict[str, ChannelRefusal]
) -> list[Provider]:
    about = f"?service={quote(service.slug)}"
    return [
        Provider(
            _(name),
            f"{_address(settings, channel)}{about}",
            _(there),
            None,
            True,
            heard.get(channel),
            refused.get(channel),
        )
        for channel, (name, there) in _KEYED.items()
    ]


def _address(settings: Settings, channel: str) -> str:
    assert channel in CHANNELS, channel  # noqa: S101 - a test looks at every page
    return f"{settings.url}/v1/channels/{channel}"


@get("/dashboard/{service:str}/poster", sync_to_thread=True)
def poster(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows a poster to print, in the languages of the service, with the form's address as a QR code."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service)
        words = [(code, _call(code, found.name_in(code))) for code in offered(found.properties.languages)]
        address = form_url(record.settings, found)
        return show(who, "setup/poster.html", service=found, words=words, form=address, qr=_qr(address))


def _call(code: str, name: str) -> str:
    with speaking(code):
        return _("Tell us about %(service)s", service=name)


handlers = (reach_page, poster)
