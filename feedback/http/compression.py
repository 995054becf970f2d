"""What is compressed on its way, and what never is.

Where a secret stands in a compressed body beside words that somebody else chose, its length tells the secret bit by bit
(BREACH). So none is compressed that answers a form or writes (secrets that are shown once are such answers), none that
another site's page has asked for, and none of a handler marked `UNCOMPRESSED`.
"""

from litestar.config.compression import CompressionConfig
from litestar.enums import ScopeType
from litestar.middleware.compression import CompressionMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from feedback.http.security_headers import header

_KEY = "uncompressed"
UNCOMPRESSED = {_KEY: True}
"""The mark (`opt`) of handlers that show a receipt or a token, that compress for themselves, or that stream events."""
_GZIP = CompressionConfig(backend="gzip", gzip_compress_level=5, exclude_opt_key=_KEY)


def compress_safely(app: ASGIApp) -> ASGIApp:
    """A middleware: it compresses what cannot give a secret away by its length."""
    compressing = CompressionMiddleware(app, _GZIP)

    async def compressed(scope: Scope, receive: Receive, send: Send) -> None:
        safe = scope["type"] == ScopeType.HTTP and scope["method"] == "GET" and _is_asked_from_here(scope)
        await (compressing if safe else app)(scope, receive, send)

    return compressed


def _is_asked_from_here(scope: Scope) -> bool:
    return header(scope, b"sec-fetch-site") in (b"", b"none", b"same-origin")
