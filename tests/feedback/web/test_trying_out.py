"""The API's reference in a browser: an operation is tried out from the keyboard, with no other script than ours."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from feedback.record.db import Record
from tests.conftest import RealServers
from tests.insights.pages.signed_in import credential
from tests.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_an_operation_is_tried_out_from_the_keyboard(
    browser: Browser, record: Record, servers: RealServers, blue_badge: str
) -> None:
    key, asked = credential(record, "key"), list[str]()
    with served(record, servers) as url, browser.new_context(viewport={"width": 320, "height": 800}) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{url}/docs")
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        page.get_by_label("Your key").fill(key)
        place = page.locator("#try-get-v1-services-service-summary")
        place.locator("summary").focus()
        page.keyboard.press("Enter")
        field = place.get_by_label("service (path)")
        field.focus()
        page.keyboard.type(blue_badge)
        page.keyboard.press("Enter")
        expect(place.get_by_role("status")).to_contain_text("Answered 200")
        expect(place.locator("pre")).to_contain_text('"service": "blue-badge"')
        writing = page.locator("#try-post-v1-services-service-feedback")
        writing.locator("summary").click()
        assert '"message": "The renewal page logs me out after I pay"' in writing.get_by_label("Body").input_value()
        expect(writing).to_contain_text("This is no rehearsal")
        # All sections are alike, and looking at each of more than a hundred takes minutes.
        page.evaluate(
            "document.querySelectorAll('main > section > section').forEach((it, place) => place > 9 && it.remove())"
        )
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(it["id"], it["nodes"][0]["html"][:200]) for it in found] == []
    assert all(address.startswith(url) for address in asked)
