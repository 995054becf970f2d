"""Search over HTTP: over everything that a key may see, and through what was said in one service."""

from typing import Annotated

from litestar import get
from litestar.params import FromPath, QueryParameter

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, pack, unpack
from feedback.http.staff import authenticate, routes
from feedback.record import access
from insights.dependencies import QueryEmbedderDependency
from insights.search import everything, of_service
from insights.search.everything import Found
from insights.search.of_service import SearchPage

SearchQuery = Annotated[str, QueryParameter(min_length=1, max_length=500, pattern=r"\S")]
MostOfEach = Annotated[int, QueryParameter(ge=1, le=everything.MOST_OF_A_KIND)]


@get("/v1/search", sync_to_thread=True)
def search_everything(
    request: AnyRequest,
    record: GivenRecord,
    query_embedder: QueryEmbedderDependency,
    q: SearchQuery,
    limit: MostOfEach = 10,
) -> Found:
    """Search all services that the key may see, by meaning and by words: issues, feedback, themes, people's notes."""
    with record.transaction() as session:
        authenticate(session, request)
    vector = query_embedder.embed(q)
    with record.transaction() as session:
        return everything.search(session, authenticate(session, request), q, vector, limit)


@get("/v1/services/{service:str}/search", sync_to_thread=True)
def search_service(
    request: AnyRequest,
    record: GivenRecord,
    query_embedder: QueryEmbedderDependency,
    service: FromPath[str],
    q: SearchQuery,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> SearchPage:
    """Search what people said about something, by meaning and by words, grouped by issue."""
    start = unpack(cursor, int) or 0
    with record.transaction() as session:
        access.service_for(session, authenticate(session, request), service)
    vector = query_embedder.embed(q)
    with record.transaction() as session:
        found = access.service_for(session, authenticate(session, request), service)
        hits = of_service.search(session, found, q, vector)
    more = pack(start + limit) if start + limit < len(hits) else None
    return SearchPage(hits[start : start + limit], more, vector is not None)


router = routes("staff", search_everything, search_service)
