"""In which language a page speaks: the one asked for, the one chosen before, or the first that the browser wants."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from feedback import i18n
from feedback.http.dependencies import AnyRequest
from feedback.i18n import catalogues, formats

COOKIE = "feedback_language"
"""Keeps what was chosen until somebody signs in; with a member of staff it is kept with their account.

Citizens' pages have `?lang=` in their links, and set no cookie.
"""

_address: ContextVar[str] = ContextVar("address", default="/")


class LanguageLink(NamedTuple):
    """A language that a page can be read in: its code, what it calls itself, and where the page is in it."""

    code: str
    name: str
    url: str


def choose(request: AnyRequest, among: Sequence[str]) -> str:
    """Returns the code of the language of a request; where none that it asks for is there, the first of `among`."""
    wanted = [request.query_params.get("lang", ""), request.cookies.get(COOKIE, ""), *_preferred(request)]
    return next((code for code in wanted if code in among), among[0])


def speak(request: AnyRequest) -> None:
    """Speaks the language of whoever asks, from now on; the API speaks English, whoever asks.

    What is for citizens chooses again among the languages of its service.
    """
    if _is_api(request):
        i18n.use(catalogues.ENGLISH)
        return
    i18n.use(choose(request, catalogues.languages("staff")))
    _address.set(_page(request))


def speak_as_chosen(request: AnyRequest, language: str | None) -> None:
    """Speaks the language that goes with an account, where one was chosen and the address asks for no other."""
    if language in catalogues.languages("staff") and not _is_api(request) and "lang" not in request.query_params:
        i18n.use(language)


def _is_api(request: AnyRequest) -> bool:
    return bool(request.scope["path"].startswith("/v1/"))


def _page(request: AnyRequest) -> str:
    """The page that somebody looks at: this one, or the one whose form it answers."""
    if request.method in ("GET", "HEAD"):
        return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    form = urlsplit(request.headers.get("referer", ""))
    return form.path if form.netloc == request.headers.get("host", "") and form.path else request.url.path


def switch() -> list[LanguageLink]:
    """Lists the languages of a staff page."""
    onward = quote(_address.get())
    return [
        LanguageLink(code, formats.own_name(code), f"/language?to={code}&next={onward}")
        for code in catalogues.languages("staff")
    ]


def _preferred(request: AnyRequest) -> list[str]:
    """The primary subtags of Accept-Language (RFC 9110), the most wanted first."""
    weighed = []
    for part in request.headers.get("accept-language", "")[:500].split(","):
        tag, _, weight = part.partition(";")
        weighed.append((-_weight(weight), tag.strip().partition("-")[0].lower()))
    return [code for weight, code in sorted(weighed, key=lambda found: found[0]) if weight < 0]


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
