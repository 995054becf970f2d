"""What a reader sees of an issue, and of a service, without scrolling, on a desk and on a phone."""

import pytest
from playwright.sync_api import Browser

from feedback.record.db import Record
from tests.conftest import RealServers
from tests.insights import made_up
from tests.insights.pages.signed_in import credential
from tests.serving import served
from tests.tools.first_screen import HEIGHT, seen

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ANSWERS = {
    "what is wrong": "One caller said: “",
    "how sure it is": "Almost certainly real, not chance",
    "since when": "4 reports since then",
    "who is affected": "Not known: the reports do not say",
    "what comes next": "ssign it to ",
}
WHERE_THERE_IS_ROOM = {
    "whom that reaches": "Tell them yourself: e-mail is not set up.",
    "who knows of it": "Nobody was alerted",
}


def test_the_first_screen_of_an_issue_answers_the_five_questions(
    browser: Browser, record: Record, servers: RealServers, blue_badge: str
) -> None:
    with record.transaction() as session:
        issue = made_up.emerging(session, blue_badge)
        other = made_up.issue(session, blue_badge, "The form is long")
        for number in range(20):
            made_up.report(session, other, f"The form is long {number}")
    unanswered = list[tuple[int, str]]()
    with served(record, servers) as url, browser.new_context(base_url=url) as context:
        page = context.new_page()
        page.goto(f"/sign-in/{credential(record, 'link')}")
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.goto(f"/dashboard/issues/{issue.id}")
            texts = " ".join(seen(page))
            asked = ANSWERS | (WHERE_THERE_IS_ROOM if width > 320 else {})
            unanswered += [(width, question) for question, answer in asked.items() if answer not in texts]
        assert unanswered == []
        why = page.locator(".glance summary", has_text="Why")
        folded = page.get_by_role("button", name="Acknowledge").first.bounding_box()
        why.click()
        assert "By chance alone" in " ".join(seen(page)), "what folds away on a phone is one press away"
        unfolded = page.get_by_role("button", name="Acknowledge").first.bounding_box()
        assert folded and unfolded and folded["y"] < unfolded["y"] - 40, "folding brings the buttons nearer"
        page.set_viewport_size({"width": 1280, "height": HEIGHT})
        page.reload()
        assert not why.is_visible() and "By chance alone" in " ".join(seen(page)), "where there is room nothing folds"


def test_what_is_emerging_stands_on_the_first_screen_of_a_service_and_what_else_there_is_folds_on_a_phone(
    browser: Browser, record: Record, servers: RealServers, blue_badge: str
) -> None:
    with record.transaction() as session:
        made_up.emerging(session, blue_badge)
    with served(record, servers) as url, browser.new_context(base_url=url) as context:
        page = context.new_page()
        page.goto(f"/sign-in/{credential(record, 'link')}")
        for width, folded in ((1280, False), (320, True)):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.goto("/dashboard/blue-badge")
            texts = seen(page)
            assert "Photo will not upload" in texts and "4 reports since" in " ".join(texts)
            assert ("More about this service" in texts, "Read all feedback" in texts) == (folded, not folded)
        page.get_by_text("More about this service").click()
        assert page.get_by_role("link", name="Read all feedback").is_visible()
