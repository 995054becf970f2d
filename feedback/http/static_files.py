"""Files of ours that browsers may keep: style sheets, scripts, icons."""

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from feedback.http.compression import UNCOMPRESSED
from feedback.http.dependencies import AnyRequest

CACHE_FOREVER = "public, max-age=31536000, immutable"
CACHE_ONE_HOUR = "public, max-age=3600"

_MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class _File:
    body: bytes
    gzipped: bytes
    media_type: str
    etag: str


@cache
def _load(path: Path) -> bytes:
    return path.read_bytes()


@cache
def _prepared(body: bytes, media_type: str) -> _File:
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
    return _File(body, gzip.compress(body, mtime=0), media_type, etag)


def serve_file(request: AnyRequest, path: Path, cache_control: str) -> Response[bytes]:
    """Answers with a file of ours, as `serve_bytes` does."""
    return serve_bytes(request, _load(path), _MEDIA_TYPES[path.suffix], cache_control)


def serve_bytes(request: AnyRequest, body: bytes, media_type: str, cache_control: str) -> Response[bytes]:
    """Answers with what is one of few, or 304 where the browser has it; gzipped where the browser takes that."""
    file = _prepared(body, media_type)
    headers = {"Cache-Control": cache_control, "ETag": file.etag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.gzipped, headers=headers | {"Content-Encoding": "gzip"}, media_type=file.media_type)
    return Response(file.body, headers=headers, media_type=file.media_type)


class StaticFiles:
    """Serves files under an address that changes with their contents (`url`), so that browsers may keep them."""

    def __init__(self, at: str, paths: Iterable[Path]) -> None:
        self._files = {path.name: path for path in sorted(paths) if path.suffix in _MEDIA_TYPES}
        self._at = at
        together = hashlib.sha256(b"".join(path.read_bytes() for path in self._files.values()))
        self.url = f"{at}/{together.hexdigest()[:12]}"

    def handler(self) -> HTTPRouteHandler:
        """Makes the handler of these files; it raises `NotFoundException` for any other name."""
        files = self._files

        @get(f"{self._at}/{{version:str}}/{{name:str}}", sync_to_thread=True, include_in_schema=False, opt=UNCOMPRESSED)
        def static_file(request: AnyRequest, version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
            """Another version than ours is asked for while a release rolls out: ours will do, and is not kept."""
            if name not in files:
                raise NotFoundException("there is no such file")
            ours = request.url.path == f"{self.url}/{name}"
            return serve_file(request, files[name], CACHE_FOREVER if ours else "no-store")

        return static_file
