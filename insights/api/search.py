"""Search, over HTTP."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter

from feedback.record import access
from feedback.record.db import Record
from insights.api.door import AnyRequest, asker, routes
from insights.api.paging import Cursor, Limit, pack, unpack
from insights.reading.meaning import Meaning
from insights.reading.search import Hits, search

Query = Annotated[str, Parameter(min_length=1, max_length=500, pattern=r"\S")]


@get("/v1/services/{service:str}/search", sync_to_thread=True)
def search_service(
    request: AnyRequest, record: Record, meaning: Meaning, service: str, q: Query, limit: Limit, cursor: Cursor
) -> Hits:
    """What people said about something, by meaning and by words, grouped by issue."""
    start = unpack(cursor, int) if cursor else 0
    with record.transaction() as session:
        found = access.service_for(session, asker(session, request), service)
    point = meaning.of(q)
    with record.transaction() as session:
        hits = search(session, found, q, point)
    more = pack(start + limit) if start + limit < len(hits) else None
    return Hits(hits[start : start + limit], more, point is not None)


router = routes("staff", search_service)
