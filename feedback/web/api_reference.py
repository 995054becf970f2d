"""The API's reference: the OpenAPI document, and a page that needs neither scripts nor anybody else's server."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, Router, get

from feedback.http.static_files import StaticFiles
from feedback.http.templates import Pages
from feedback.web.openapi import with_failures
from insights.pages import layout as staff_layout

HERE = Path(__file__).parent
pages = Pages.from_folder(HERE / "templates")
files = StaticFiles("/static/reference", (HERE / "static").iterdir())


@lru_cache(maxsize=1)
def _document(app: Litestar) -> dict[str, Any]:
    """Made once: anybody may ask for it, and making it takes longer than storing ten pieces of feedback."""
    return with_failures(app.openapi_schema.to_schema())


@lru_cache(maxsize=1)
def _encoded(app: Litestar) -> bytes:
    return msgspec.json.encode(_document(app))


@lru_cache(maxsize=1)
def _page(app: Litestar) -> str:
    shown = {
        "assets": files.url,
        "icon": f"{staff_layout.files.url}/icon.svg",
        "document": _document(app),
        "operations": _operations(_document(app)),
    }
    return str(pages.render("reference.html", shown).content)


@get("/openapi.json", include_in_schema=False, sync_to_thread=True)
def openapi_document(request: Request[Any, Any, Any]) -> Response[bytes]:
    return Response(_encoded(request.app), media_type=MediaType.JSON)


@get("/docs", include_in_schema=False, sync_to_thread=True)
def reference_page(request: Request[Any, Any, Any]) -> Response[str]:
    return pages.answer(_page(request.app))


def _operations(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations by tag, in the order of their paths."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, item in sorted(document["paths"].items()):
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                entry = {"path": path, "method": method.upper(), "parameters": [], "security": [], **operation}
                found.setdefault((operation.get("tags") or ["more"])[0], []).append(entry)
    return found


router = Router("/", route_handlers=[openapi_document, reference_page, files.handler()], include_in_schema=False)
