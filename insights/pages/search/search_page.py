"""The pages of search: over all that somebody may see, and through what was said in one service."""

from collections.abc import Sequence
from typing import NamedTuple

from litestar import Response, get
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate
from feedback.i18n import N_, _
from feedback.record import access
from feedback.record.access import Role
from feedback.record.db import Record
from insights.dependencies import QueryEmbedderDependency
from insights.issues.queries import themes
from insights.pages.layout import show
from insights.search import everything, of_service
from insights.search.query_embedding import QueryEmbedder

LONGEST_QUERY = 500
MOST_SHOWN = 10
"""Of each kind: who wants more says more."""

TOO_FEW = N_("Tick two or more, up to 200, and give a title of 200 characters or fewer")


class Entered(NamedTuple):
    """What somebody ticked and typed into the form below the results."""

    ticked: Sequence[str]
    title: str


def _query(request: AnyRequest) -> str:
    return within_bounds(str(request.query_params.get("q", "")))


def within_bounds(query: str) -> str:
    """Returns a query as it is looked for."""
    return query.strip()[:LONGEST_QUERY]


@get("/search", sync_to_thread=True)
def everything_page(request: AnyRequest, record: GivenRecord, query_embedder: QueryEmbedderDependency) -> Response[str]:
    """Searches issues, feedback, themes and people's notes of all services that somebody may see."""
    query = _query(request)
    with record.transaction() as session:
        authenticate(session, request)
    vector = query_embedder.embed(query) if query else None
    with record.transaction() as session:
        who = authenticate(session, request)
        found = everything.search(session, who, query, vector, MOST_SHOWN) if query else everything.NOTHING
        services = {service.slug: service for service in themes.visible(session, who).values()}
    return show(who, "search/everything.html", query=query, found=found, services=services)


@get("/shortcuts", sync_to_thread=True)
def shortcuts_page(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Lists the few keys of the pages for staff."""
    with record.transaction() as session:
        return show(authenticate(session, request), "search/shortcuts.html")


@get("/dashboard/{service:str}/search", sync_to_thread=True)
def service_search_page(
    request: AnyRequest, record: GivenRecord, query_embedder: QueryEmbedderDependency, service: FromPath[str]
) -> Response[str]:
    """Searches what was said in a service."""
    return results(request, record, query_embedder, service, _query(request))


def results(
    request: AnyRequest,
    record: Record,
    query_embedder: QueryEmbedder,
    slug: str,
    query: str,
    entered: Entered | None = None,
) -> Response[str]:
    """Shows what was said in a service about something; `entered` is what could not be taken as missed."""
    with record.transaction() as session:
        access.service_for(session, authenticate(session, request), slug)
    vector = query_embedder.embed(query) if query else None
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, slug)
        hits = of_service.search(session, found, query, vector, whole=True) if query else []
    return show(
        who,
        "search/service.html",
        400 if entered else 200,
        service=found,
        query=query,
        hits=hits,
        by_meaning=vector is not None,
        may_say=who.may(Role.editor, found.id),
        ticked=entered.ticked if entered else (),
        values={"title": entered.title if entered else ""},
        errors={"missed": _(TOO_FEW)} if entered else {},
    )


handlers = (everything_page, shortcuts_page, service_search_page)
