"""Every page: axe-core finds nothing, in both colour themes; it fits 320 pixels, and the keyboard finds its way."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from litestar import Litestar
from playwright.sync_api import Browser, Page

from feedback.record import access
from feedback.record.access import Role
from feedback.record.db import Record
from tests.attacks import tenants
from tests.attacks.operations import operations, path_of
from tests.conftest import RealServers
from tests.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1_800)]

NARROW, WIDE = 320, 1_280  # CSS pixels: WCAG 2.2, 1.4.10
NO_PAGES = ("/v1/", "/static/", "/open311/", "/openapi", "/health/", "/metrics", "/docs", "/sign-in/directory")
"""What is for programs, or leads elsewhere."""


def page_paths(app: Litestar, record: Record) -> list[str]:
    """A page of each kind, with something on it."""
    tenant = tenants.make(record, 1)
    shown = [path for method, path in operations(app) if method == "GET" and not path.startswith(NO_PAGES)]
    return [path_of(path, tenant.ids) for path in shown]


@pytest.mark.parametrize(("theme", "width"), [("light", WIDE), ("dark", NARROW)])
def test_every_page_is_for_everybody(
    browser: Browser, app: Litestar, record: Record, servers: RealServers, theme: str, width: int
) -> None:
    paths, wrong, seen = page_paths(app, record), list[str](), 0
    size = {"width": width, "height": 800}
    with (
        served(record, servers) as url,
        browser.new_context(color_scheme=theme, viewport=size, locale="en-GB", base_url=url) as context,  # type: ignore[arg-type]
    ):
        page = context.new_page()
        sign_in(page, record)
        for path in paths:
            answer = context.request.get(path, max_redirects=0)
            if answer.status == 200 and answer.headers["content-type"].startswith("text/html"):
                seen += 1
                page.goto(path)
                wrong += [f"{path}: {fault}" for fault in faults(page)]
    assert wrong == []
    assert seen > 30


def sign_in(page: Page, record: Record) -> None:
    with record.transaction() as session:
        link = access.create(session, "link", Role.admin, None)
    page.goto(f"/sign-in/{link}")


def faults(page: Page) -> Iterator[str]:
    """What somebody would stumble over."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    yield from (f"{it['id']}: {it['nodes'][0]['target']} {it['nodes'][0]['html'][:200]}" for it in found)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield "runs over"
    if page.locator("[autofocus]").count():
        return  # whoever comes here types at once
    page.keyboard.press("Tab")
    if not page.evaluate("document.activeElement.matches('a[href^=\"#\"]')"):
        yield "the first stop of the keyboard is none that skips to the content"
