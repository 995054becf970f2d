"""What "You said, we did" shows everybody: a page, a feed and a table, of the citizen's pages and insights' figures."""

import io
from urllib.parse import quote

from litestar import Response, Router, get
from litestar.params import FromPath

from feedback.http import atom
from feedback.http.atom import AtomEntry, AtomFeed
from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.language import choose
from feedback.record import access
from feedback.record.db import Record
from feedback.record.models import Service
from feedback.record.output.tables import TableWriter
from ingest.intake.dependencies import GivenIntake
from ingest.pages import layout
from ingest.pages.negotiation import offered
from insights.replies import published
from insights.replies.published import PublishedEntry

COLUMNS = ("said", "did", "on", "reports", "fell")


@get("/services/{service:str}/you-said-we-did", sync_to_thread=True)
def page(request: AnyRequest, intake: GivenIntake, service: FromPath[str]) -> Response[str]:
    """Show what people told the service, and what it changed because of it."""
    brand = layout.brand_of(intake, service)
    found, language, entries = _read(request, intake.record, service)
    here = _path(found)
    return layout.show(
        request,
        "you_said_we_did.html",
        brand,
        entries=entries,
        form_url=layout.form_url(found.slug, language),
        data_url=f"{here}.csv?lang={language}",
        feed_url=f"{here}.atom?lang={language}",
    )


def _path(service: Service) -> str:
    return f"/services/{quote(service.slug)}/you-said-we-did"


def _read(request: AnyRequest, record: Record, slug: str) -> tuple[Service, str, list[PublishedEntry]]:
    """The service, the language asked for, and what it has published in it."""
    with record.transaction() as session:
        found = access.service(session, slug)
        language = choose(request, offered(found.properties.languages))
        return found, language, published.entries(session, found, language)


@get("/services/{service:str}/you-said-we-did.csv", sync_to_thread=True)
def table(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """As open data."""
    _, _, entries = _read(request, record, service)
    out = io.StringIO()
    written = TableWriter(out)
    written.row(COLUMNS)
    for it in entries:
        written.row((it.said, it.did, it.on.date().isoformat(), it.reports, it.fell))
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8")


@get("/services/{service:str}/you-said-we-did.atom", sync_to_thread=True)
def feed(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[bytes]:
    """As an Atom feed (RFC 4287)."""
    found, language, entries = _read(request, record, service)
    url, name = f"{record.settings.url}{_path(found)}", found.name_in(language)
    latest = AtomFeed(
        id=url,
        title=name,
        author=name,
        updated=entries[0].on if entries else found.created_at,
        link=url,
        entries=[AtomEntry(f"urn:uuid:{it.issue}", it.said, it.on, url, it.did) for it in entries],
    )
    return Response(atom.write(latest), media_type=atom.MEDIA_TYPE)


router = Router(
    "/", route_handlers=[page, table, feed], opt={"failure_page": layout.failure_page}, include_in_schema=False
)
