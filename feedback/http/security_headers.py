"""What every answer tells browsers to forbid, whoever made it: pages, JSON, files, redirects and failures alike."""

from litestar.types import Message, Scope

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


async def add_security_headers(message: Message, scope: Scope) -> None:
    """Adds to every answer the headers that its handler has not set itself."""
    add_headers(message, _ENCODED)


def header(scope: Scope, name: bytes) -> bytes:
    """Returns what a request says under this name (in lower case, as ASGI has them), or nothing."""
    return next((value for key, value in scope["headers"] if key == name), b"")


def add_headers(message: Message, headers: dict[bytes, bytes]) -> None:
    """Adds to the start of an answer the headers that it does not have yet; their names are in lower case."""
    if message["type"] == "http.response.start":
        own = list(message["headers"])
        names = {name.lower() for name, _ in own}
        message["headers"] = [*own, *(more for more in headers.items() if more[0] not in names)]
