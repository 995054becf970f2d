"""What every answer tells browsers to forbid, whoever made it: pages, JSON, files, redirects and failures alike."""

from litestar.datastructures import MutableScopeHeaders
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


async def add_security_headers(message: Message, scope: Scope) -> None:
    """Adds to every answer the headers that its handler has not set itself."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in EVERY_ANSWER.items():
            headers.setdefault(name, value)
