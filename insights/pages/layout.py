"""What every staff page shares: its frame, its files, and what it shows when something fails."""

import datetime as dt
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from litestar import Response
from litestar.response import Redirect

from feedback.http.dependencies import AnyRequest
from feedback.http.language import speak_as_chosen
from feedback.http.security_headers import CONTENT_SECURITY_POLICY
from feedback.http.staff import COOKIE, recognised
from feedback.http.static_files import StaticFiles
from feedback.http.templates import Pages
from feedback.i18n import titles
from feedback.i18n.formats import upper_first
from feedback.record.access import Principal, Role
from insights.pages import confirmations
from insights.presentation import (
    breakdowns,
    certainty,
    contrasts,
    formats,
    labels,
    sentences,
)
from insights.presentation.markup import cards, drawing
from insights.presentation.schemas import SignalNow, SignalView
from insights.presentation.words import audit_words, change_words, filter_labels, handling_words
from insights.search.marks import parts
from insights.today import words

HERE = Path(__file__).parent
pages = Pages.from_folder(
    HERE / "templates", policy=f"{CONTENT_SECURITY_POLICY}; script-src 'self'", referrer="same-origin"
)
files = StaticFiles("/static/staff", (HERE / "static").iterdir())


def _plotly() -> Path:
    """Plotly's JavaScript as its package brings it, found without loading the package."""
    found = find_spec("plotly")
    assert found is not None and found.origin is not None  # noqa: S101 - a dependency that is always installed
    return Path(found.origin).parent / "package_data" / "plotly.min.js"


plotly = StaticFiles("/static/plotly", [_plotly()])


def _evidence(signal: SignalView, zone: str) -> str:
    return sentences.evidence(signal, dt.datetime.now(dt.UTC), zone)


def _now_known(known: SignalNow, zone: str) -> str:
    return sentences.now_known(known, dt.datetime.now(dt.UTC), zone)


pages.environment.filters |= {
    "evidence": _evidence,
    "now_known": _now_known,
    "contrasts": contrasts.in_words,
    "channels": formats.channel_counts,
    "day": formats.day,
    "short_day": formats.short_day,
    "into_call": formats.into_call,
    "labelled": cards.labelled,
    "moment": formats.moment,
    "issue_title": titles.shown,
    "parts": parts,
    "upper_first": upper_first,
}
pages.environment.globals |= {
    "certainty": certainty,
    "confirmation": confirmations.confirmation,
    "drawing": drawing,
    "audit_words": audit_words,
    "change_words": change_words,
    "labels": labels,
    "filter_labels": filter_labels,
    "handling_words": handling_words,
    "today_words": words,
    "formats": formats,
    "sentences": sentences,
    "breakdowns": breakdowns,
    "Role": Role,
    "assets": files.url,
    "plotly": f"{plotly.url}/plotly.min.js",
}


def show(who: Principal | None, template: str, status: int = 200, **context: object) -> Response[str]:
    """Makes a page; `who` is signed in, or nobody."""
    return pages.render(template, {"who": who, **context}, status)


def redirect(path: str) -> Redirect:
    """Leads on to another page after a form."""
    return Redirect(path, status_code=303, headers=dict(pages.headers))


def saved(path: str, act: str, place: str = confirmations.TOP, undo: object = "") -> Redirect:
    """Leads on to a page that says, where it happened, what was done; see `insights.pages.confirmations`."""
    return redirect(confirmations.address(path, act, place, undo))


FAILURE_KINDS = {
    400: "malformed",
    401: "link",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    429: "too_many",
    503: "unavailable",
}


def failure_page(request: AnyRequest, status: int, headers: dict[str, str]) -> Response[str] | Redirect:
    """Makes the page of a failure; who is not signed in is asked to.

    A sign-in link that is no longer valid says so. Who was recognised keeps their menu and language; who comes with a
    session and was not (nothing is at that address, say) keeps what leads everybody on: the store is not asked again.
    """
    if status == 401 and not request.url.path.startswith("/sign-in/"):
        after = f"?next={quote(request.url.path)}" if request.method == "GET" else ""
        return redirect(f"/sign-in{after}")
    who = recognised(request)
    if who:
        speak_as_chosen(request, who.language)
    has_session = COOKIE in request.cookies
    answer = show(who, "error.html", status, kind=FAILURE_KINDS.get(status, "wrong"), has_session=has_session)
    answer.headers.update(headers)
    return answer
