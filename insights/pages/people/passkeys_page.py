"""Passkeys: a member of staff adds and removes their own, and signs in with one.

What a browser is asked goes along in the page, what it answers comes back in a form: no script asks us for anything.
"""

import asyncio
import base64
import binascii
import datetime as dt
import time

import msgspec
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.staff import authenticate, require_own_page
from feedback.i18n import _
from feedback.record.access import Principal, passkeys
from feedback.record.access.passkeys import PasskeySite
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Malformed, NotAuthentic, NotFound, Unavailable
from insights.pages.forms import FormValues, PageOrRedirect, submit
from insights.pages.layout import redirect, show
from insights.pages.people.entering import entered, open_session, own_path, private_cookie

CHALLENGE_COOKIE = "feedback_passkey"
CHALLENGE_LASTS = dt.timedelta(minutes=10)
_SEALED_FOR = b"passkey challenge"


class Challenge(msgspec.Struct, frozen=True):
    """What a browser was asked to sign, and when."""

    challenge: bytes
    at: float


def challenge_cookie(request: AnyRequest, record: Record, challenge: bytes) -> Cookie:
    """Keeps a challenge in the browser that is to answer it, for us alone to read."""
    plain = msgspec.json.encode(Challenge(challenge, time.time()))
    sealed = base64.urlsafe_b64encode(record.keys.wrap(plain, _SEALED_FOR)).decode()
    return private_cookie(request, record, CHALLENGE_COOKIE, sealed, CHALLENGE_LASTS)


def _challenge(request: AnyRequest, record: Record) -> bytes:
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(CHALLENGE_COOKIE, ""))
        found = msgspec.json.decode(record.keys.unwrap(sealed, _SEALED_FOR), type=Challenge)
    except (Unavailable, ValueError, binascii.Error, msgspec.DecodeError):
        raise NotAuthentic("this browser was asked for no passkey") from None
    if time.time() - found.at > CHALLENGE_LASTS.total_seconds():
        raise NotAuthentic("this took too long")
    return found.challenge


@get("/passkeys", sync_to_thread=True)
def passkeys_page(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Shows the passkeys of whoever asks, and a button that adds one."""
    with record.transaction() as session:
        return _page(session, request, record, _member(authenticate(session, request)), {})


@post("/passkeys", status_code=200)
async def add_passkey(request: AnyRequest, record: GivenRecord) -> PageOrRedirect:
    """Adds the passkey that the browser made."""
    values = {"answer": "", "name": ""} | await form_values(request)
    return await asyncio.to_thread(_add, request, record, values)


def _add(request: AnyRequest, record: Record, values: FormValues) -> PageOrRedirect:
    from feedback.record.access import passkey_proofs  # noqa: PLC0415 - 13 MB that few installations need

    def add(session: Session, who: Principal) -> Redirect:
        passkey_proofs.add(
            session, _site(session, record), _member(who), _challenge(request, record), values["answer"], values["name"]
        )
        return redirect("/passkeys")

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        return _page(session, request, record, _member(who), {"name": _("It was not added: %(reason)s", reason=error)})

    return submit(request, record, add, show_again, told=(Malformed, NotAuthentic))


@post("/passkeys/{passkey_id:int}/remove", sync_to_thread=True)
def remove_passkey(request: AnyRequest, record: GivenRecord, passkey_id: FromPath[int]) -> Redirect:
    """Removes a passkey: it signs in nobody any more."""
    with record.transaction() as session:
        passkeys.remove(session, _member(authenticate(session, request)), passkey_id)
    return redirect("/passkeys")


@post("/sign-in/passkey", status_code=200)
async def enter_with_passkey(request: AnyRequest, record: GivenRecord) -> Response[str] | Redirect:
    """Signs in whoever's passkey signed what this browser was asked."""
    require_own_page(request)
    values = await form_values(request)
    return await asyncio.to_thread(_enter, request, record, values)


def _enter(request: AnyRequest, record: Record, values: FormValues) -> Response[str] | Redirect:
    from feedback.record.access import passkey_proofs  # noqa: PLC0415 - 13 MB that few installations need

    try:
        with record.transaction() as session:
            at, challenge = _site(session, record), _challenge(request, record)
            who = passkey_proofs.recognise(session, at, challenge, values.get("answer", ""))
            secret = open_session(session, who)
    except NotAuthentic as error:
        return show(None, "people/not_let_in.html", 403, reason=str(error))
    answer = entered(request, record, secret, own_path(values.get("next", "")))
    answer.delete_cookie(CHALLENGE_COOKIE)
    return answer


def _site(session: Session, record: Record) -> PasskeySite:
    if (found := passkeys.site(session, record.settings)) is None:
        raise NotFound("there are no passkeys here")
    return found


def _member(who: Principal) -> Principal:
    """A key or a link that an operator printed is nobody's own."""
    if who.person_id is None:
        raise NotFound("passkeys are for members of staff")
    return who


def _page(session: Session, request: AnyRequest, record: Record, who: Principal, errors: FormValues) -> Response[str]:
    at, own = passkeys.site(session, record.settings), passkeys.listed(session, who)
    shown = {"passkeys": own, "is_possible": at is not None, "errors": errors, "values": {"name": ""}}
    status = 400 if errors else 200
    if at is None or len(own) >= passkeys.MOST_OF_ONE:
        return show(who, "people/passkeys.html", status, options="", **shown)
    from feedback.record.access import passkey_proofs  # noqa: PLC0415 - as above

    options, challenge = passkey_proofs.to_add(session, record.keys, at, who)
    answer = show(who, "people/passkeys.html", status, options=options, **shown)
    answer.set_cookie(challenge_cookie(request, record, challenge))
    return answer


handlers = (passkeys_page, add_passkey, remove_passkey, enter_with_passkey)
