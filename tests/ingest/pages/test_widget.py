import gzip
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.ingest.pages.sites import RECEIPT, WIDGET, Receiver, Site, page_of, serving

NARROW = 320

pytestmark = pytest.mark.browser


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    with serving(receiver):
        yield receiver


@pytest.fixture
def host(receiver: Receiver) -> Iterator[Site]:
    """A council's page that embeds the widget; `attributes` and the like come from the path."""
    with serving(Site(answer=lambda request: (200, {"Content-Type": "text/html"}, page_of(receiver.url)))) as site:
        yield site


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="en-GB")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, host: Site) -> Page:
    page = context.new_page()
    page.goto(f"{host.url}/blue-badge/apply?name=Jones#step-2")
    return page


def opened(page: Page) -> Page:
    page.get_by_role("button", name="Give feedback").click()
    return page


def send(page: Page, text: str) -> None:
    page.get_by_role("textbox").fill(text)
    page.get_by_role("button", name="Send").click()


def test_it_is_under_six_kilobytes_gzipped() -> None:
    assert len(gzip.compress(WIDGET)) < 6_000


def test_a_message_arrives_with_its_page_and_nothing_else(page: Page, receiver: Receiver, host: Site) -> None:
    send(opened(page), "The photo will not upload")
    expect(page.get_by_role("status")).to_contain_text(f"Your receipt is {RECEIPT}")
    [post] = receiver.posts()
    assert post.path == "/v1/services/blue-badge/feedback"
    assert post.json == {"message": "The photo will not upload", "page_url": f"{host.url}/blue-badge/apply"}
    assert post.headers["content-type"] == "application/json"
    assert len(post.headers["idempotency-key"]) >= 32
    assert not {"cookie", "referer", "authorization"} & set(post.headers)


def test_the_receipt_can_be_followed_in_another_tab(page: Page, receiver: Receiver) -> None:
    send(opened(page), "The photo will not upload")
    link = page.get_by_role("link", name="See where your feedback is")
    expect(link).to_have_attribute("href", f"{receiver.url}/receipts/{RECEIPT}?lang=en")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_contain_text("opens in a new tab")


def test_before_anything_is_sent_it_is_one_request_and_leaves_nothing_behind(
    page: Page, context: BrowserContext, receiver: Receiver
) -> None:
    opened(page).get_by_role("textbox").fill("half a thought")
    page.get_by_role("button", name="Close").click()
    assert [(request.method, request.path) for request in receiver.asked] == [("GET", "/widget.js")]
    assert context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_retry_of_the_same_message_keeps_its_key(page: Page, receiver: Receiver) -> None:
    receiver.statuses = [503]
    send(opened(page), "Same words")
    expect(page.get_by_role("status")).to_contain_text("could not be sent")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text(RECEIPT)
    first, second = receiver.posts()
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.body == second.body


def test_the_retry_is_the_same_although_the_page_moved_on(page: Page, receiver: Receiver) -> None:
    receiver.statuses = [503]
    send(opened(page), "Same words")
    expect(page.get_by_role("status")).to_contain_text("could not be sent")
    page.evaluate("history.pushState(null, '', '/another/page')")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text(RECEIPT)
    first, second = receiver.posts()
    assert first.body == second.body


def test_other_words_are_another_piece_under_another_key(page: Page, receiver: Receiver) -> None:
    receiver.statuses = [503]
    send(opened(page), "First words")
    expect(page.get_by_role("status")).to_contain_text("could not be sent")
    send(page, "Other words")
    expect(page.get_by_role("status")).to_contain_text(RECEIPT)
    first, second = receiver.posts()
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]


def test_the_same_words_said_again_later_are_a_second_piece(page: Page, receiver: Receiver) -> None:
    for _ in range(2):
        send(opened(page), "It happened again")
        expect(page.get_by_role("status")).to_contain_text(RECEIPT)
        page.get_by_role("button", name="Close").click()
    first, second = receiver.posts()
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]


def test_two_clicks_send_once(page: Page, receiver: Receiver) -> None:
    opened(page).get_by_role("textbox").fill("Twice clicked")
    page.get_by_role("button", name="Send").dblclick()
    expect(page.get_by_role("status")).to_contain_text(RECEIPT)
    assert len(receiver.posts()) == 1


def test_it_works_by_keyboard_and_focus_returns_where_it_was(page: Page, receiver: Receiver) -> None:
    page.get_by_role("link", name="Before").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Give feedback")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Give feedback")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("By keyboard alone")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(RECEIPT)
    expect(page.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Give feedback")).to_be_focused()
    assert receiver.posts()[0].json["message"] == "By keyboard alone"


def test_what_was_typed_survives_a_closed_dialog(page: Page) -> None:
    opened(page).get_by_role("textbox").fill("half a thought")
    page.keyboard.press("Escape")
    expect(opened(page).get_by_role("textbox")).to_have_value("half a thought")


def test_a_screen_reader_hears_names_hint_and_errors(page: Page) -> None:
    opened(page)
    expect(page.get_by_role("dialog", name="Tell us about this service")).to_be_visible()
    box = page.get_by_role("textbox", name="What went well, what went wrong, what should change?")
    expect(box).to_have_accessible_description("Please leave out names, addresses and numbers. In danger? Call 999: "
        "nobody watches this day and night.")  # fmt: skip
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_have_text("Error: Enter your feedback")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_be_focused()


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_is_sent_when_nothing_is_said(page: Page, receiver: Receiver, text: str) -> None:
    send(opened(page), text)
    expect(page.get_by_role("alert")).to_contain_text("Enter your feedback")
    assert receiver.posts() == []


def test_five_thousand_characters_are_sent_and_one_more_is_not(page: Page, receiver: Receiver) -> None:
    send(opened(page), "🙂" * 5_001)
    expect(page.get_by_role("alert")).to_contain_text("5,000 characters or fewer")
    send(page, "🙂" * 5_000)
    expect(page.get_by_role("status")).to_contain_text(RECEIPT)
    assert len(receiver.posts()[0].json["message"]) == 5_000


@pytest.mark.parametrize(("language", "attributes"), [("cy", ""), ("cy-GB", ""), ("en", 'data-language="cy"')])
def test_it_speaks_welsh_where_the_page_or_the_embedder_says_so(
    context: BrowserContext, receiver: Receiver, host: Site, language: str, attributes: str
) -> None:
    host.answer = lambda _: (200, {"Content-Type": "text/html"}, page_of(receiver.url, language, attributes))
    page = context.new_page()
    page.goto(host.url)
    page.get_by_role("button", name="Rhoi adborth").click()
    expect(page.get_by_role("dialog", name="Dywedwch wrthym am y gwasanaeth hwn")).to_be_visible()
    expect(page.locator("feedback-widget")).to_have_attribute("lang", "cy")
    page.get_by_role("textbox").fill("Mae'r llun yn methu")
    page.get_by_role("button", name="Anfon").click()
    expect(page.get_by_role("status")).to_contain_text(f"Eich derbynneb yw {RECEIPT}")


def test_when_it_cannot_be_sent_the_text_stays_and_a_link_leads_on(page: Page, receiver: Receiver) -> None:
    receiver.statuses = [500]
    send(opened(page), "Do not lose me")
    link = page.get_by_role("link", name="use the feedback page")
    expect(link).to_have_attribute("href", f"{receiver.url}/services/blue-badge/feedback?lang=en")
    expect(page.get_by_role("textbox")).to_have_value("Do not lose me")


def test_a_site_that_the_service_does_not_name_gets_the_link(page: Page, receiver: Receiver) -> None:
    receiver.origins = ("https://www.example.org",)
    send(opened(page), "From elsewhere")
    expect(page.get_by_role("link", name="use the feedback page")).to_be_visible()
    assert receiver.posts() == []


def test_an_address_that_sent_too_much_is_asked_to_wait(page: Page, receiver: Receiver) -> None:
    receiver.statuses = [429]
    send(opened(page), "Once more")
    expect(page.get_by_role("status")).to_contain_text("Wait a minute")


def test_it_works_under_a_strict_policy_of_the_host(context: BrowserContext, receiver: Receiver, host: Site) -> None:
    policy = (
        f"default-src 'none'; script-src {receiver.url}; connect-src {receiver.url}; "
        "require-trusted-types-for 'script'; form-action 'none'; base-uri 'none'"
    )
    headers = {"Content-Type": "text/html", "Content-Security-Policy": policy}
    host.answer = lambda _: (200, headers, page_of(receiver.url))
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(error.message))
    page.goto(host.url)
    button = page.get_by_role("button", name="Give feedback")
    expect(button).to_have_css("background-color", "rgb(11, 79, 108)")
    button.click()
    send(page, "Under a strict policy")
    expect(page.get_by_role("status")).to_contain_text(RECEIPT)
    assert not [complaint for complaint in complaints if "favicon" not in complaint]


def test_without_javascript_the_link_stands_in(browser: Browser, receiver: Receiver, host: Site) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(host.url)
        expect(page.get_by_role("link", name="Give feedback")).to_be_visible()


def test_it_stands_where_its_script_stands_and_at_the_end_when_that_is_in_the_head(
    context: BrowserContext, receiver: Receiver, host: Site
) -> None:
    page = context.new_page()
    page.goto(host.url)
    assert page.evaluate("document.querySelector('feedback-widget').previousElementSibling.tagName") == "SCRIPT"
    head = f'<script src="{receiver.url}/widget.js" data-service="council-tax" defer></script>'
    host.answer = lambda _: (200, {"Content-Type": "text/html"}, page_of(receiver.url, head=head))
    page.goto(host.url)
    assert page.evaluate("document.body.lastElementChild.tagName") == "FEEDBACK-WIDGET"


@pytest.mark.parametrize("text_size", ["100%", "200%"])
def test_on_a_narrow_screen_nothing_runs_over_and_targets_are_large_enough(
    browser: Browser, host: Site, text_size: str
) -> None:
    with browser.new_context(viewport={"width": NARROW, "height": 480}) as context:
        page = context.new_page()
        page.goto(host.url)
        page.evaluate("size => { document.documentElement.style.fontSize = size }", text_size)
        opened(page)
        dialog = page.get_by_role("dialog")
        assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for button in page.get_by_role("button").all():
            box = button.bounding_box()
            assert box is not None and min(box["height"], box["width"]) >= 24


def test_an_embedder_who_forgets_the_service_is_told(context: BrowserContext, receiver: Receiver, host: Site) -> None:
    body = f'<body><script src="{receiver.url}/widget.js"></script></body>'
    host.answer = lambda _: (200, {"Content-Type": "text/html"}, body)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.message))
    page.goto(host.url)
    assert errors == ["widget.js needs data-service"]
