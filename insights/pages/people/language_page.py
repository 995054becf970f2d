"""The language of the pages: chosen by a link on each of them, kept with the account, and until then in a cookie."""

import re
from datetime import timedelta

from litestar import get
from litestar.params import FromQuery
from litestar.response import Redirect

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.language import COOKIE
from feedback.http.replica import WRITES
from feedback.http.staff import authenticate
from feedback.i18n import catalogues
from feedback.record.access import people
from feedback.record.db import Record
from feedback.record.errors import NotAuthentic
from insights.pages.layout import redirect
from insights.pages.people.entering import private_cookie

KEPT = timedelta(days=365)
_OURS = re.compile(r"/(?!/)[\w/.~?=&%+:,-]{0,500}", re.ASCII)
"""An address of this site: nobody is led elsewhere."""


@get("/language", sync_to_thread=True, opt=WRITES)
def choose_language(
    request: AnyRequest, record: GivenRecord, to: FromQuery[str] = "", next: FromQuery[str] = ""
) -> Redirect:
    """Speaks the language `to` from now on, and leads back to the page that somebody came from.

    With somebody who is signed in it is kept with their account, on all their devices and for mails to them; only
    where one of our own pages sent them: the link of anybody else changes nothing that lasts.
    """
    answer = redirect(next if _OURS.fullmatch(next) else "/")
    if to in catalogues.languages("staff"):
        answer.set_cookie(private_cookie(request, record, COOKIE, to, KEPT))
        if request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none"):
            _keep(request, record, to)
    return answer


def _keep(request: AnyRequest, record: Record, language: str) -> None:
    try:
        with record.transaction() as session:
            who = authenticate(session, request)
            people.speak(session, who.person_id, language)
    except NotAuthentic:
        return  # whoever has not signed in yet has the cookie
