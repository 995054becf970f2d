"""The API's reference: the OpenAPI document, and a page that needs neither scripts nor anybody else's server."""

import json
import re
import shlex
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, Router, get

from feedback.http.security_headers import CONTENT_SECURITY_POLICY
from feedback.http.static_files import StaticFiles
from feedback.http.templates import Pages
from feedback.web.examples import with_examples
from feedback.web.openapi import with_channel_bodies, with_failures
from insights.pages import layout as staff_layout

HERE = Path(__file__).parent
TAGS = ("citizens", "staff", "alerts", "channels", "Open311", "operators")
pages = Pages.from_folder(
    HERE / "templates", policy=f"{CONTENT_SECURITY_POLICY}; script-src 'self'; connect-src 'self'"
)
files = StaticFiles("/static/reference", (HERE / "static").iterdir())


@lru_cache(maxsize=1)
def _document(app: Litestar) -> dict[str, Any]:
    """Made once: anybody may ask for it, and making it takes longer than storing ten pieces of feedback."""
    return with_examples(with_channel_bodies(with_failures(app.openapi_schema.to_schema())))


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
        "curl": curl,
        "bounds": bounds,
    }
    return str(pages.render("reference.html", shown).content)


@get("/openapi.json", include_in_schema=False, sync_to_thread=True)
def openapi_document(request: Request[Any, Any, Any]) -> Response[bytes]:
    return Response(_encoded(request.app), media_type=MediaType.JSON)


@get("/docs", include_in_schema=False, sync_to_thread=True)
def reference_page(request: Request[Any, Any, Any]) -> Response[str]:
    return pages.answer(_page(request.app))


def _operations(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations by tag, what most people come for first; those of a tag in the order of their paths."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, item in sorted(document["paths"].items()):
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                entry = {"parameters": [], "security": [], **operation, "path": path, "method": method.upper()}
                entry["id"] = _anchor(method, path)
                found.setdefault((operation.get("tags") or ["more"])[0], []).append(entry)
    return {tag: found[tag] for tag in sorted(found, key=lambda tag: (_place(tag), tag))}


def _place(tag: str) -> int:
    return TAGS.index(tag) if tag in TAGS else len(TAGS)


def _anchor(method: str, path: str) -> str:
    return f"{method}-{re.sub(r'[^a-z0-9]+', '-', path.lower()).strip('-')}"


def curl(operation: Mapping[str, Any]) -> str:
    """Returns what asks for an operation on a command line."""
    parts = [f"curl -X {operation['method']} 'http://localhost:8000{operation['path']}'"]
    parts += ["-H 'Authorization: Bearer KEY'"] if operation["security"] else []
    for media, body in operation.get("requestBody", {}).get("content", {}).items():
        sent = shlex.quote(json.dumps(body["example"])) if "example" in body else "@FILE"
        parts += [] if media == "*/*" else [f"-H 'Content-Type: {media}'"]
        parts.append(f"--data-binary {sent}")
    return " \\\n     ".join(parts)


def bounds(schema: Mapping[str, Any], says: str) -> str:
    """Says what a parameter or field is, what stands where it is left out, and how long or large it may be."""
    left_out = schema.get("default")
    known = {
        "by default %s": json.dumps(left_out) if left_out not in (None, "", [], {}) else None,
        "at least %s": schema.get("minimum"),
        "at most %s": schema.get("maximum"),
        "up to %s characters": schema.get("maxLength"),
        "up to %s of them": schema.get("maxItems"),
    }
    told = [words % _plain(value) for words, value in known.items() if value is not None]
    return "; ".join([says, *told] if says else told)


def _plain(value: object) -> object:
    return f"{value:g}" if isinstance(value, float) else value


router = Router("/", route_handlers=[openapi_document, reference_page, files.handler()], include_in_schema=False)
