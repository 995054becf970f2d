"""How the channels of a service do: what came and what was refused, what waits, what is silent, what is off."""

import datetime as dt
from itertools import chain

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.models import Service
from feedback.record.settings import Settings
from feedback.web.setup.installation.trials import leads_here
from feedback.web.setup.reach_page import providers
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
    said = leads_here(record.settings.url).says
    with record.transaction() as session:
        return _page(session, record.settings, who, found, said)


def _page(session: Session, settings: Settings, who: Principal, service: Service, tried: str = "") -> Response[str]:
    is_owner = who.may(Role.owner, service.id)
    return show(
        who,
        "setup/channels.html",
        service=service,
        channels=channel_health(session, service, dt.datetime.now(dt.UTC)),
        mailboxes=mailboxes(session, service),
        providers=list(chain(*providers(session, settings, service))) if is_owner else [],
        url=settings.url,
        tried=tried,
        is_owner=is_owner,
    )


handlers = (channels_page, test_address)
