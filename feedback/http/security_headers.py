"""What every answer tells browsers to forbid, whoever made it: pages, JSON, files, redirects and failures alike."""

from collections.abc import Iterable

from litestar.types import HTTPResponseStartEvent, Scope

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Forbids scripts, anything inline or from elsewhere, and being framed."""

EVERY_ANSWER = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""Nothing is kept but what says itself that it may be: most of what we answer is for one person's eyes."""


_ENCODED = {name.lower().encode(): value.encode() for name, value in EVERY_ANSWER.items()}


def add_security_headers(message: HTTPResponseStartEvent) -> None:
    """Adds to every answer the headers that its handler has not set itself."""
    add_headers(message, _ENCODED)


def header(scope: Scope, name: bytes) -> bytes:
    """Returns what a request says under this name (in lower case, as ASGI has them), or nothing."""
    for key, value in scope["headers"]:
        if key == name:
            return value
    return b""


def add_headers(message: HTTPResponseStartEvent, headers: dict[bytes, bytes]) -> None:
    """Adds to the start of an answer the headers that it does not have yet; their names are in lower case."""
    names = {name.lower() for name, _ in message["headers"]}
    lacking = headers.items() if headers.keys().isdisjoint(names) else _without(headers, names)
    message["headers"] = [*message["headers"], *lacking]


def _without(headers: dict[bytes, bytes], names: set[bytes]) -> Iterable[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers.items() if name not in names]
