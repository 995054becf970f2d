"""Signing in at the organisation's directory: the way there, and the way back."""

import base64
import binascii
import datetime as dt
import hmac
import time
from collections.abc import Mapping

import msgspec
import structlog
from litestar import Response, get
from litestar.response import Redirect

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.replica import WRITES
from feedback.i18n import N_, _
from feedback.record.access import directory
from feedback.record.db import Record
from feedback.record.errors import Malformed, NotAuthentic, NotFound, Unavailable
from feedback.record.settings import Settings
from insights.pages.layout import redirect, show
from insights.pages.people import oidc
from insights.pages.people.entering import entered, open_session, own_path, private_cookie
from insights.pages.people.oidc import Attempt

log = structlog.get_logger()

ATTEMPT_COOKIE = "feedback_directory"
ATTEMPT_LASTS = dt.timedelta(minutes=10)
_SEALED_FOR = b"directory sign-in"


@get("/sign-in/directory", sync_to_thread=True, opt=WRITES)
def go_to_directory(request: AnyRequest, record: GivenRecord) -> Redirect:
    """Sends a browser to the directory; what the answer must fit goes along in a cookie that only we can read."""
    _require_directory(record.settings)
    attempt = oidc.begin(own_path(request.query_params.get("next", "")), time.time())
    answer = redirect(oidc.authorization_url(record.settings, attempt, _return_url(record.settings)))
    sealed = base64.urlsafe_b64encode(record.keys.wrap(msgspec.json.encode(attempt), _SEALED_FOR)).decode()
    answer.set_cookie(private_cookie(request, record, ATTEMPT_COOKIE, sealed, ATTEMPT_LASTS))
    return answer


@get("/sign-in/directory/return", sync_to_thread=True, opt=WRITES)
def come_from_directory(request: AnyRequest, record: GivenRecord) -> Response[str] | Redirect:
    """Signs in whoever comes back with an answer to what this browser asked, and has a role here."""
    _require_directory(record.settings)
    try:
        attempt = _attempt(request, record)
        code = _code(record.settings, attempt, request.query_params)
        said = oidc.claims(record.settings, attempt, code, _return_url(record.settings))
        with record.transaction() as session:
            secret = open_session(session, directory.recognise(session, record.settings, said))
    except (NotAuthentic, Malformed) as error:
        log.info("a sign-in at the directory came to nothing", reason=str(error))
        answer: Response[str] | Redirect = show(None, "people/not_let_in.html", 403, reason=_(str(error)))
    else:
        answer = entered(request, record, secret, attempt.after)
    answer.delete_cookie(ATTEMPT_COOKIE)
    return answer


def _require_directory(settings: Settings) -> None:
    if not settings.oidc_issuer:
        raise NotFound("no directory is set up")


def _return_url(settings: Settings) -> str:
    return f"{settings.url}/sign-in/directory/return"


def _attempt(request: AnyRequest, record: Record) -> Attempt:
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(ATTEMPT_COOKIE, ""))
        found = msgspec.json.decode(record.keys.unwrap(sealed, _SEALED_FOR), type=Attempt)
    except (Unavailable, ValueError, binascii.Error, msgspec.DecodeError):
        raise NotAuthentic(N_("this browser has not asked to sign in")) from None
    if time.time() - found.at > ATTEMPT_LASTS.total_seconds():
        raise NotAuthentic(N_("this took too long"))
    return found


def _code(settings: Settings, attempt: Attempt, answered: Mapping[str, str]) -> str:
    """Reads the answer; one that names another issuer was meant for another attempt (RFC 9207)."""
    if not hmac.compare_digest(answered.get("state", "").encode(), attempt.state.encode()):
        raise NotAuthentic(N_("this answers another question"))
    if answered.get("iss", settings.oidc_issuer or "").rstrip("/") != settings.oidc_issuer:
        raise NotAuthentic(N_("this is the answer of another directory"))
    if not answered.get("code"):
        raise NotAuthentic(N_("the directory did not let you in"))
    return answered["code"]


handlers = (go_to_directory, come_from_directory)
