"""Rendering the pages of every part from templates, under a strict policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Response

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Forbids scripts, anything inline or from elsewhere, and being framed."""

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Pages:
    """Holds the templates of one part, which escape what they are given, and the headers that its pages carry."""

    environment: Environment
    headers: Mapping[str, str]

    @classmethod
    def from_folder(
        cls, folder: Path, *, policy: str = CONTENT_SECURITY_POLICY, referrer: str = "no-referrer"
    ) -> "Pages":
        """Reads templates from a folder; `policy` and `referrer` are the security headers of their pages."""
        environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
        return cls(environment, _HEADERS | {"Content-Security-Policy": policy, "Referrer-Policy": referrer})

    def render(self, template: str, context: Mapping[str, object], status: int = 200) -> Response[str]:
        """Renders a page. What a template names and `context` lacks is an error."""
        text = self.environment.get_template(template).render(context)
        return Response(text, status_code=status, media_type=MediaType.HTML, headers=dict(self.headers))
