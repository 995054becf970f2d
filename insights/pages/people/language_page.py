"""The language of the pages: chosen by a link on each of them, kept in a cookie."""

import re
from datetime import timedelta

from litestar import get
from litestar.params import FromQuery
from litestar.response import Redirect

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.language import COOKIE
from feedback.i18n import catalogues
from insights.pages.layout import redirect
from insights.pages.people.entering import private_cookie

KEPT = timedelta(days=365)
_OURS = re.compile(r"/(?!/)[\w/.~?=&%+:,-]{0,500}", re.ASCII)
"""An address of this site: nobody is led elsewhere."""


@get("/language", sync_to_thread=False)
def choose_language(
    request: AnyRequest, record: GivenRecord, to: FromQuery[str] = "", next: FromQuery[str] = ""
) -> Redirect:
    """Speaks the language `to` from now on, and leads back to the page that somebody came from."""
    answer = redirect(next if _OURS.fullmatch(next) else "/")
    if to in catalogues.languages("staff"):
        answer.set_cookie(private_cookie(request, record, COOKIE, to, KEPT))
    return answer
