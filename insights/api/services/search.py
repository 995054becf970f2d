"""Search through what was said in a service, over HTTP."""

from typing import Annotated

from litestar import get
from litestar.params import FromPath, QueryParameter

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, pack, unpack
from feedback.http.staff import authenticate, routes
from feedback.record import access
from insights.dependencies import GivenMeaning
from insights.issues.queries.search import Hits, search

Query = Annotated[str, QueryParameter(min_length=1, max_length=500, pattern=r"\S")]


@get("/v1/services/{service:str}/search", sync_to_thread=True)
def search_service(
    request: AnyRequest,
    record: GivenRecord,
    meaning: GivenMeaning,
    service: FromPath[str],
    q: Query,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Hits:
    """What people said about something, by meaning and by words, grouped by issue."""
    start = unpack(cursor, int) or 0
    with record.transaction() as session:
        found = access.service_for(session, authenticate(session, request), service)
    point = meaning.of(q)
    with record.transaction() as session:
        hits = search(session, found, q, point)
    more = pack(start + limit) if start + limit < len(hits) else None
    return Hits(hits[start : start + limit], more, point is not None)


router = routes("staff", search_service)
