"""The languages that a citizen's page can be read in: those of its service that have a catalogue."""

from collections.abc import Sequence

from feedback.http.dependencies import AnyRequest
from feedback.http.language import LanguageLink
from feedback.i18n import catalogues, formats


def offered(languages: Sequence[str]) -> list[str]:
    """Returns those of a service that the pages speak, in its order; English where there are none."""
    spoken = catalogues.languages("citizen")
    return [code for code in languages if code in spoken] or [catalogues.ENGLISH]


def switch(request: AnyRequest, among: Sequence[str], page: str = "") -> list[LanguageLink]:
    """Lists the languages of a page; `page` is its address, where it is another than that of the request."""
    return [LanguageLink(code, formats.own_name(code), f"{page or request.url.path}?lang={code}") for code in among]
