"""What the pages of every part share: rendering under a strict policy, and files that browsers may keep."""

import gzip
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

FOR_EVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No script, nothing inline, nothing from elsewhere, framed by nobody."""

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Pages:
    """The templates of one part, escaped, and the headers that their pages carry."""

    environment: Environment
    headers: Mapping[str, str]

    @classmethod
    def within(cls, folder: Path, *, policy: str = POLICY, referrer: str = "no-referrer") -> "Pages":
        environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
        more = {"Content-Security-Policy": policy, "Referrer-Policy": referrer}
        return cls(environment, _HEADERS | more)

    def show(self, template: str, context: Mapping[str, object], status: int = 200) -> Response[str]:
        text = self.environment.get_template(template).render(context)
        return Response(text, status_code=status, media_type=MediaType.HTML, headers=dict(self.headers))


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    packed: bytes
    kind: str
    tag: str


@cache
def _load(path: Path) -> _File:
    body = path.read_bytes()
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
    return _File(body, gzip.compress(body, mtime=0), _KINDS[path.suffix], tag)


def serve_file(request: Request[Any, Any, Any], path: Path, keep: str) -> Response[bytes]:
    """A file of ours, packed where the browser unpacks; `keep` is its Cache-Control."""
    file = _load(path)
    headers = {"Cache-Control": keep, "ETag": file.tag, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if request.headers.get("if-none-match") == file.tag:
        return Response(b"", status_code=304, headers=headers, media_type=file.kind)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=file.kind)
    return Response(file.body, headers=headers, media_type=file.kind)


class StaticFiles:
    """Files under an address that changes with them (`url`), so that a browser may keep them for ever."""

    def __init__(self, at: str, paths: Iterable[Path]) -> None:
        self._files = {path.name: path for path in sorted(paths) if path.suffix in _KINDS}
        self._at = at
        together = hashlib.sha256(b"".join(path.read_bytes() for path in self._files.values()))
        self.url = f"{at}/{together.hexdigest()[:12]}"

    def handler(self) -> HTTPRouteHandler:
        files = self._files

        @get(f"{self._at}/{{version:str}}/{{name:str}}", sync_to_thread=True, include_in_schema=False)
        def static_file(
            request: Request[Any, Any, Any], version: FromPath[str], name: FromPath[str]
        ) -> Response[bytes]:
            """Another version than ours is asked for while a release rolls out: ours will do, and is not kept."""
            if name not in files:
                raise NotFoundException("there is no such file")
            ours = request.url.path == f"{self.url}/{name}"
            return serve_file(request, files[name], FOR_EVER if ours else "no-store")

        return static_file
