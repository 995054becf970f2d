"""In which language a citizen's page speaks: the one asked for, or the first of the browser's that the service has."""

from collections.abc import Sequence

from feedback.http.dependencies import AnyRequest
from ingest.pages.i18n import ENGLISH, TRANSLATIONS, Translation


def offered(languages: Sequence[str]) -> list[Translation]:
    """Return those of a service that the pages speak, in its order; English where there are none."""
    return [TRANSLATIONS[code] for code in languages if code in TRANSLATIONS] or [ENGLISH]


def choose(request: AnyRequest, among: Sequence[Translation]) -> Translation:
    by_code = {wording.code: wording for wording in among}
    wanted = [request.query_params.get("lang", ""), *_preferred(request.headers.get("accept-language", ""))]
    return next((by_code[code] for code in wanted if code in by_code), among[0])


def switch(request: AnyRequest, among: Sequence[Translation]) -> list[tuple[str, str, str]]:
    """(code, name, URL) of each; none on the answer to a form, which a link would lose."""
    if request.method != "GET":
        return []
    return [(wording.code, wording.name, f"{request.url.path}?lang={wording.code}") for wording in among]


def _preferred(header: str) -> list[str]:
    """The primary subtags of Accept-Language (RFC 9110), the most wanted first."""
    weighed = []
    for part in header[:500].split(","):
        tag, _, weight = part.partition(";")
        weighed.append((-_weight(weight), tag.strip().partition("-")[0].lower()))
    return [code for weight, code in sorted(weighed, key=lambda found: found[0]) if weight < 0]


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
