"""What people sent to a service, piece by piece, narrowed down as its issues are."""

import datetime as dt
import uuid
from operator import attrgetter

import msgspec
from litestar import Response, get
from litestar.params import FromPath, FromQuery

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, further, unpack
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.limits import convert
from insights.issues.filters import PARTS, FeedbackFilters
from insights.issues.listing.facets import facets
from insights.issues.queries import feedback, issues
from insights.pages.layout import show
from insights.pages.service import address
from insights.pages.service.words import choices, narrowing

PAGE_SIZE = 50


@get("/dashboard/{service:str}/feedback", sync_to_thread=True)
def feedback_page(
    request: AnyRequest,
    record: GivenRecord,
    service: FromPath[str],
    cursor: Cursor = None,
    only: FromQuery[str] = "",
) -> Response[str]:
    """Shows all that people sent, with what was made of it; the latest received first."""
    after = unpack(cursor, tuple[dt.datetime, uuid.UUID])
    only = only if only in PARTS else ""
    chosen = address.of_pieces(address.read(request.query_params))
    wanted = convert(msgspec.structs.asdict(chosen.filters.pieces()) | {"only": only or None}, FeedbackFilters)
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service)
        items = feedback.feedback_page(session, found, PAGE_SIZE, after, wanted)
        return show(
            who,
            "feedback.html",
            service=found,
            items=items,
            titles=issues.titles(session, [issue for item in items for issue in item.issues]),
            further=further(items, PAGE_SIZE, attrgetter("received_at", "id")) or "",
            first=after is None,
            only=only,
            chosen=chosen,
            narrowing=narrowing(chosen),
            about_issues=False,
            compared=False,
            **choices(chosen, facets(session, found, chosen.filters)),
        )
