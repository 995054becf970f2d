"""Rendering the pages of every part from templates, under a strict policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment
from litestar import MediaType, Response

from feedback.http import language
from feedback.http.security_headers import CONTENT_SECURITY_POLICY
from feedback.i18n.templates import environment


@dataclass(frozen=True, slots=True)
class Pages:
    """Holds the templates of one part, which escape what they are given, and the headers of their own."""

    environment: Environment
    headers: Mapping[str, str]

    @classmethod
    def from_folder(
        cls, folder: Path, *, policy: str = CONTENT_SECURITY_POLICY, referrer: str = "no-referrer"
    ) -> "Pages":
        """Reads templates from a folder; `policy` and `referrer` are what their pages need else than every answer."""
        made = environment(folder)
        made.globals |= {"language_switch": language.switch}
        return cls(made, {"Content-Security-Policy": policy, "Referrer-Policy": referrer})

    def render(self, template: str, context: Mapping[str, object], status: int = 200) -> Response[str]:
        """Renders a page. What a template names and `context` lacks is an error."""
        return self.answer(self.environment.get_template(template).render(context), status)

    def answer(self, page: str, status: int = 200) -> Response[str]:
        """Answers with a page that was rendered before."""
        return Response(page, status_code=status, media_type=MediaType.HTML, headers=dict(self.headers))
