"""What the citizen's pages share: their frame, their service, their files, and what they show when something fails."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from litestar import Response
from litestar.response import Redirect

from feedback import i18n
from feedback.http.dependencies import AnyRequest
from feedback.http.language import choose
from feedback.http.static_files import StaticFiles
from feedback.http.templates import Pages
from feedback.i18n import catalogues, titles
from feedback.record import access, services
from feedback.record.models import OrganisationFacts
from ingest.intake.dependencies import Intake
from ingest.pages.negotiation import offered, switch

HERE = Path(__file__).parent
pages = Pages.from_folder(HERE / "templates")
pages.environment.filters["issue_title"] = titles.shown
files = StaticFiles("/static/citizen", [*(HERE / "static").glob("*.css"), *(HERE / "static").glob("*.svg")])


class ServiceBrand(NamedTuple):
    """What a page shows of its service: its name, its languages and its colour (#rrggbb, or empty for ours).

    `names` are by language, where it has others than `name`.
    """

    slug: str = ""
    name: str = ""
    languages: Sequence[str] = catalogues.languages("citizen")
    colour: str = ""
    names: Mapping[str, str] = {}
    organisation: OrganisationFacts = OrganisationFacts()


NO_SERVICE = ServiceBrand()
"""For the pages that belong to no service."""


def brand_of_house(intake: Intake) -> ServiceBrand:
    """Reads who runs the installation, for pages that belong to no service."""
    with intake.record.transaction() as session:
        run_by = services.organisation(session)
    return ServiceBrand(languages=offered(run_by.languages), organisation=run_by)


def brand_of(intake: Intake, slug: str) -> ServiceBrand:
    """Reads the brand of a service. Raises `NotFound`."""
    with intake.record.transaction() as session:
        found = access.service(session, slug)
        run_by = services.organisation(session)
        known = found.properties
        colour = known.colour if "colour" in found.stored_properties else ""
        return ServiceBrand(found.slug, found.name, offered(known.languages), colour, known.names, run_by)


def speak(request: AnyRequest, service: ServiceBrand) -> str:
    """Speaks the language asked for, among those of a service, and returns its code."""
    language = choose(request, service.languages)
    i18n.use(language)
    return language


def show(
    request: AnyRequest, template: str, service: ServiceBrand, status: int = 200, *, page: str = "", **context: object
) -> Response[str]:
    """Renders a page of the citizen in the language asked for; `page` is where it is, if the request went elsewhere."""
    language = speak(request, service)
    common: dict[str, object] = {
        "languages": switch(request, service.languages, page),
        "assets": files.url,
        "colour": f"/services/{quote(service.slug)}/colour.css" if service.colour else "",
        "organisation": service.organisation,
        "service_name": service.names.get(language, service.name),
        "ours_url": f"/services/{quote(service.slug)}/you-said-we-did?lang={language}" if service.slug else "",
    }
    return pages.render(template, common | context, status)


def redirect(path: str) -> Redirect:
    """Sends the browser to another page after a form."""
    return Redirect(path, status_code=303, headers=dict(pages.headers))


def form_url(slug: str, language: str) -> str:
    """Return the address of a service's form."""
    return f"/services/{quote(slug)}/feedback?lang={language}"


def receipt_url(code: str, language: str) -> str:
    """Return the address of a receipt."""
    return f"/receipts/{quote(code)}?lang={language}"


FAILURES = {404: "not_found", 409: "expired", 413: "too_large", 429: "too_many", 503: "unavailable"}


def failure_page(request: AnyRequest, status: int, headers: dict[str, str]) -> Response[str]:
    """Renders what a citizen sees when a page or a form fails, with a way on."""
    slug = str(request.path_params.get("service", ""))
    form = form_url(slug, choose(request, NO_SERVICE.languages)) if slug and status not in (404, 409) else ""
    sent = request.method == "POST" and request.url.path.endswith("/feedback")
    kind = FAILURES.get(status, "wrong")
    answer = show(request, "error.html", NO_SERVICE, status, kind=kind, form_url=form, sent=sent)
    answer.headers.update(headers)
    return answer
