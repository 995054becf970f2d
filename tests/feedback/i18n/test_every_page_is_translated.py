"""Every page for staff says nothing of its own but by way of the catalogues."""

import re
from gettext import GNUTranslations
from html import unescape

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record.db import Record
from tests.attacks import tenants
from tests.attacks.operations import operations, path_of
from tests.insights.pages.signed_in import signed_in

WELSH = {"Accept-Language": "cy"}
MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
OF_ENGLISH = re.compile(
    r"\b(?:the|is|are|was|were|of|and|or|not|this|that|with|since|from|to|by|on|at|has|have)\b", re.I
)
SKIPPED = re.compile(
    r"<(script|style|title|code|pre|textarea|blockquote)\b.*?</\1>|<(\w+)[^>]* lang=\"en\".*?</\2>", re.DOTALL
)
WHO_LOOKS = "admin of all services"
"""What a sign-in link is called, as it was stored."""


NO_PAGES = ("/v1/", "/static/", "/open311/", "/openapi", "/health/", "/metrics", "/docs", "/sign-in/directory")


def own_words(page: str) -> list[str]:
    """What a page says that came from no catalogue, as far as it reads like English and is not said to be."""
    text = unescape(re.sub(r"<[^>]+>", "\n", SKIPPED.sub("\n", page.partition("<body")[2].partition(">")[2])))
    while MARKED.search(text):
        text = MARKED.sub("\n", text)
    return [line.strip() for line in text.split("\n") if OF_ENGLISH.search(line)]


def test_pages_for_staff_say_nothing_of_their_own_but_by_the_catalogues(
    client: TestClient[Litestar], app: Litestar, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a catalogue gives is marked, with all that is filled into it; what is left came from elsewhere."""
    for name in ("gettext", "ngettext", "pgettext"):
        plain = getattr(GNUTranslations, name)
        monkeypatch.setattr(GNUTranslations, name, lambda *given, plain=plain: f"⟦{plain(*given)}⟧")
    tenant = tenants.make(record, 1)
    staff = signed_in(client, record)
    untranslated, seen = set[tuple[str, str]](), 0
    for path in [path for method, path in operations(app) if method == "GET" and not path.startswith(NO_PAGES)]:
        answer = staff.get(path_of(path, tenant.ids), headers=WELSH, follow_redirects=False)
        if answer.status_code == 200 and "html" in answer.headers["content-type"]:
            seen += 1
            untranslated |= {(path, line) for line in own_words(answer.text) if line != WHO_LOOKS}
    assert sorted(untranslated) == [] and seen > 30
