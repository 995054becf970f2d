"""What the citizen's pages share: their frame, their service, their files, and what they show when something fails."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from litestar import Response
from litestar.response import Redirect

from feedback.http.dependencies import AnyRequest
from feedback.http.static_files import StaticFiles
from feedback.http.templates import Pages
from feedback.record import access, services
from feedback.record.models import OrganisationFacts
from ingest.intake.dependencies import Intake
from ingest.pages.i18n import TRANSLATIONS, Translation
from ingest.pages.negotiation import choose, offered, switch

HERE = Path(__file__).parent
pages = Pages.from_folder(HERE / "templates")
files = StaticFiles("/static/citizen", [*(HERE / "static").glob("*.css"), *(HERE / "static").glob("*.svg")])


class ServiceBrand(NamedTuple):
    """What a page shows of its service: its name, its languages and its colour (#rrggbb, or empty for ours).

    `names` are by language, where it has others than `name`.
    """

    slug: str = ""
    name: str = ""
    languages: Sequence[Translation] = tuple(TRANSLATIONS.values())
    colour: str = ""
    names: Mapping[str, str] = {}
    organisation: OrganisationFacts = OrganisationFacts()


NO_SERVICE = ServiceBrand()
"""For the pages that belong to no service."""


def brand_of(intake: Intake, slug: str) -> ServiceBrand:
    """Reads the brand of a service. Raises `NotFound`."""
    with intake.record.transaction() as session:
        found = access.service(session, slug)
        run_by = services.organisation(session)
        known = found.properties
        colour = known.colour if "colour" in found.stored_properties else ""
        return ServiceBrand(found.slug, found.name, offered(known.languages), colour, known.names, run_by)


def show(
    request: AnyRequest, template: str, service: ServiceBrand, status: int = 200, **context: object
) -> Response[str]:
    """Renders a page of the citizen in the language asked for."""
    wording = choose(request, service.languages)
    common: dict[str, object] = {
        "t": wording,
        "languages": switch(request, service.languages),
        "assets": files.url,
        "colour": f"/services/{quote(service.slug)}/colour.css" if service.colour else "",
        "organisation": service.organisation,
        "service_name": service.names.get(wording.code, service.name),
    }
    return pages.render(template, common | context, status)


def redirect(path: str) -> Redirect:
    """Sends the browser to another page after a form."""
    return Redirect(path, status_code=303, headers=dict(pages.headers))


def form_url(slug: str, wording: Translation) -> str:
    """Return the address of a service's form."""
    return f"/services/{quote(slug)}/feedback?lang={wording.code}"


def receipt_url(code: str, wording: Translation) -> str:
    """Return the address of a receipt."""
    return f"/receipts/{quote(code)}?lang={wording.code}"


FAILURES = {404: "not_found", 409: "expired", 413: "too_large", 429: "too_many", 503: "unavailable"}


def failure_page(request: AnyRequest, status: int, headers: dict[str, str]) -> Response[str]:
    """Renders what a citizen sees when a page or a form fails."""
    answer = show(request, "error.html", NO_SERVICE, status, kind=FAILURES.get(status, "wrong"))
    answer.headers.update(headers)
    return answer
