"""Addresses for feed readers, which can send no key: made, shown once, listed, and made worthless."""

import asyncio

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.models import Credential, Service
from feedback.record.settings import Settings
from feedback.record.states import CredentialKind
from insights.alerts.delivery import feeds
from insights.pages.forms import PageOrRedirect
from insights.pages.layout import redirect, show

MOST_SHOWN = 50


@get("/dashboard/{service:str}/feed", sync_to_thread=True)
def feed_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows where the feed of a service is, and which addresses open it."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return _page(session, record.settings, who, access.service_for(session, who, service))


@post("/dashboard/{service:str}/feed", status_code=200)
async def act_on_feed(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> PageOrRedirect:
    """Makes an address and shows it, this once; or makes every address worthless."""
    values = await form_values(request)
    return await asyncio.to_thread(_act, request, record, service, values.get("do", ""))


def _act(request: AnyRequest, record: Record, slug: str, act: str) -> PageOrRedirect:
    with record.transaction() as session:
        who = authenticate(session, request)
        if act == "revoke":
            feeds.revoke_addresses(session, access.service_for(session, who, slug, Role.editor))
            return redirect(f"/dashboard/{slug}/feed")
        found = access.service_for(session, who, slug)
        made = feeds.create_address(session, record.settings, who, found)
        return _page(session, record.settings, who, found, made)


def _page(session: Session, settings: Settings, who: Principal, service: Service, made: str = "") -> Response[str]:
    mine = (Credential.kind == CredentialKind.FEED, Credential.service_id == service.id, *access.valid())
    return show(
        who,
        "feed.html",
        service=service,
        feed=f"{settings.url}/v1/services/{service.slug}/feed.atom",
        addresses=session.scalars(
            select(Credential).where(*mine).order_by(Credential.id.desc()).limit(MOST_SHOWN)
        ).all(),
        made=made,
        may_revoke=who.may(Role.editor, service.id),
    )


handlers = (feed_page, act_on_feed)
