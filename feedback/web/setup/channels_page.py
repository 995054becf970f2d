"""How the channels of a service do: what came and what was refused, what waits, what is silent, what is off."""

import datetime as dt

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.models import ChannelRefusal, Service
from feedback.record.settings import Settings
from feedback.web.setup.installation_page import leads_here
from feedback.web.setup.reach_page import key_providers, text_providers
from insights.channels.health import channel_health
from insights.issues.queries.quality import mailboxes
from insights.pages.layout import show


@get("/dashboard/{service:str}/channels", sync_to_thread=True)
def channels_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows how each channel and mailbox does."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return _page(session, record.settings, who, access.service_for(session, who, service))


@post("/dashboard/{service:str}/channels/test", status_code=200, sync_to_thread=True)
def test_address(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Tries whether the address that citizens and providers are given leads here."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service, Role.owner)
    said = leads_here(record.settings.url)
    with record.transaction() as session:
        return _page(session, record.settings, who, found, said)


def _page(session: Session, settings: Settings, who: Principal, service: Service, tried: str = "") -> Response[str]:
    refused = {row.channel: row for row in session.scalars(select(ChannelRefusal))}
    is_owner = who.may(Role.owner, service.id)
    return show(
        who,
        "setup/channels.html",
        service=service,
        channels=channel_health(session, service, dt.datetime.now(dt.UTC)),
        mailboxes=mailboxes(session, service),
        providers=[*text_providers(settings, refused), *key_providers(settings, service, refused)] if is_owner else [],
        url=settings.url,
        tried=tried,
        is_owner=is_owner,
    )


handlers = (channels_page, test_address)
