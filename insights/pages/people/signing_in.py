"""Signing in: by a link that a mail brings or an operator prints, or with an API key."""

import asyncio
import hmac
import secrets

import structlog
from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromPath
from litestar.response import Redirect

from feedback.http.client_address import client_network
from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.replica import WRITES
from feedback.http.staff import require_own_page
from feedback.i18n import _
from feedback.record import access
from feedback.record.access import LINK_LIFETIME, links, passkeys, people
from feedback.record.access.links import Asker
from feedback.record.db import Record
from feedback.record.errors import Malformed, NotAuthentic, TooMany
from feedback.record.states import CredentialKind
from insights.pages.layout import show
from insights.pages.people import mails
from insights.pages.people.entering import entered, open_session, own_path, private_cookie
from insights.pages.people.passkeys_page import challenge_cookie

log = structlog.get_logger()

BROWSER_COOKIE = "feedback_browser"
"""Holds the secret of the browser that asked for a link."""


@get("/sign-in", sync_to_thread=True)
def sign_in_form(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Shows the form that asks for an e-mail address, or for a key."""
    return _form(request, record, next=own_path(request.query_params.get("next", "")))


@post("/sign-in", status_code=200, request_max_body_size=4096)
async def sign_in(request: AnyRequest, record: GivenRecord) -> Response[str] | Redirect:
    """Sends a link to whoever names their e-mail address, and signs in at once whoever has a key."""
    require_own_page(request)
    values = await form_values(request)
    after = own_path(values.get("next", ""))
    if "email" in values:
        return await asyncio.to_thread(_send_link, request, record, values["email"], after)
    return await asyncio.to_thread(_enter_with_key, request, record, values.get("key", ""), after)


@get("/sign-in/{token:str}", sync_to_thread=True, opt=WRITES)
def follow_link(request: AnyRequest, token: FromPath[str], record: GivenRecord) -> Response[str] | Redirect:
    """Signs in whoever follows a sign-in link, once. Raises `NotAuthentic` for one that is not, or no longer, valid.

    Programs that read mail follow links too: one that works in any browser waits for a button.
    """
    after, browser = own_path(request.query_params.get("next", "")), request.cookies.get(BROWSER_COOKIE, "")
    with record.transaction() as session:
        found = links.look_at(session, token)
        if found.browser_digest and not hmac.compare_digest(found.browser_digest, access.digest(browser)):
            return show(None, "error.html", 403, kind="other_browser", has_session=False)
        if found.person_id and not found.browser_digest:
            return show(None, "people/enter_by_link.html", name=found.name, token=token)
        secret = open_session(session, access.redeem(session, token, browser))
    return entered(request, record, secret, after)


@post("/sign-in/{token:str}", sync_to_thread=True)
def press_to_enter(request: AnyRequest, token: FromPath[str], record: GivenRecord) -> Redirect:
    """Signs in whoever followed a sign-in link and pressed the button. Raises as `follow_link` does."""
    require_own_page(request)
    with record.transaction() as session:
        who = access.redeem(session, token, request.cookies.get(BROWSER_COOKIE, ""))
        secret = open_session(session, who)
    return entered(request, record, secret, own_path(request.query_params.get("next", "")))


def _form(request: AnyRequest, record: Record, status: int = 200, *, next: str, **errors: str) -> Response[str]:
    settings = record.settings
    shown = {
        "directory": settings.oidc_name if settings.oidc_issuer else "",
        "by_mail": settings.smtp_url is not None,
        "next": next,
        "errors": errors,
    }
    with record.transaction() as session:
        at = passkeys.site(session, settings)
    if at is None:
        return show(None, "people/sign_in.html", status, options="", **shown)
    from feedback.record.access import passkey_proofs  # noqa: PLC0415 - 13 MB that few installations need

    options, challenge = passkey_proofs.to_sign_in(at)
    answer = show(None, "people/sign_in.html", status, options=options, **shown)
    answer.set_cookie(challenge_cookie(request, record, challenge))
    return answer


def _enter_with_key(request: AnyRequest, record: Record, key: str, after: str) -> Response[str] | Redirect:
    if not key:
        return _form(request, record, 400, next=after, key=_("Enter your key"))
    try:
        with record.transaction() as session:
            secret = open_session(session, access.identify(session, key, CredentialKind.KEY))
    except NotAuthentic:
        return _form(request, record, 400, next=after, key=_("This key is not known here, or no longer valid"))
    return entered(request, record, secret, after)


def _send_link(request: AnyRequest, record: Record, email: str, after: str) -> Response[str]:
    """Answers at once and always the same, whoever it is: neither words nor time tell who is on the staff."""
    try:
        people.normal_email(email)
    except Malformed:
        return _form(request, record, 400, next=after, email=_("Enter an e-mail address, like name@example.gov.uk"))
    browser = request.cookies.get(BROWSER_COOKIE, "") or secrets.token_urlsafe(32)
    client = client_network(request.client.host if request.client else "unknown")
    asker = Asker(browser, record.keys.digest(b"asked from" + client.encode()))
    answer = show(None, "people/link_sent.html")
    answer.set_cookie(private_cookie(request, record, BROWSER_COOKIE, browser, LINK_LIFETIME))
    answer.background = BackgroundTask(_mail_link, record, email, asker, after)
    return answer


def _mail_link(record: Record, email: str, asker: Asker, after: str) -> None:
    try:
        with record.transaction() as session:
            person = people.find(session, email)
            link = links.asked_for(session, person, asker) if person else ""
    except TooMany:
        log.warning("too many sign-in links were asked for")
        return
    if person:
        mails.send_link(record.settings, person, link, after)


handlers = (sign_in_form, sign_in, follow_link, press_to_enter)
