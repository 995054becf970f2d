"""What several services hear, over HTTP."""

import uuid

from litestar import get
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, pack, unpack
from feedback.http.staff import authenticate, routes
from insights.issues.queries.themes import ThemePage, ThemeView, listed, shown, visible
from insights.presentation.schemas import Page


@get("/v1/themes", sync_to_thread=True)
def list_themes(request: AnyRequest, record: GivenRecord, limit: Limit = 50, cursor: Cursor = None) -> Page[ThemeView]:
    """List what several services hear; of the services that the key may see."""
    start = unpack(cursor, int) or 0
    with record.transaction() as session:
        who = authenticate(session, request)
        found = listed(session, who, visible(session, who))
    return Page(found[start : start + limit], pack(start + limit) if start + limit < len(found) else None)


@get("/v1/themes/{theme:uuid}", sync_to_thread=True)
def show_theme(request: AnyRequest, record: GivenRecord, theme: FromPath[uuid.UUID]) -> ThemePage:
    """Show one theme: its issues, what was said, what became of it."""
    with record.transaction() as session:
        return shown(session, authenticate(session, request), theme)


router = routes("staff", list_themes, show_theme)
