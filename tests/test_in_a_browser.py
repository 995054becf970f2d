"""What a citizen and the staff do on the pages, in a real browser against a real server."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from feedback.record import access
from feedback.record.db import Record
from tests.conftest import RealServers
from tests.insights import made_up
from tests.serving import served

pytestmark = pytest.mark.browser

expect.set_options(timeout=30_000)  # the chart's script is 5 MB

NARROW = 320  # CSS pixels: WCAG 2.2, 1.4.10
TARGET = 24  # CSS pixels: WCAG 2.2, 2.5.8


@pytest.fixture
def site(record: Record, servers: RealServers, blue_badge: str) -> Iterator[str]:
    with served(record, servers) as url:
        yield url


@pytest.fixture
def without_scripts(browser: Browser, site: str) -> Iterator[Page]:
    with browser.new_context(java_script_enabled=False, locale="en-GB", base_url=site) as context:
        yield context.new_page()


@pytest.fixture
def context(browser: Browser, site: str) -> Iterator[BrowserContext]:
    with browser.new_context(locale="en-GB", base_url=site) as context:
        yield context


@pytest.fixture
def photo(record: Record, blue_badge: str) -> str:
    """The path of an issue that emerges."""
    with record.transaction() as session:
        return f"/dashboard/issues/{made_up.emerging(session, blue_badge).id}"


def sign_in(page: Page, record: Record) -> None:
    with record.transaction() as session:
        link = access.create(session, "link", access.Role.admin, None)
    page.goto(f"/sign-in/{link}")


def send(page: Page, words: str) -> str:
    """Leaves feedback, and returns its receipt."""
    page.goto("/")
    page.get_by_role("link", name="Blue Badge").click()
    page.get_by_label("Your feedback").fill(words)
    page.get_by_role("button", name="Send feedback").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, we have your feedback")
    return page.locator("strong.code").inner_text()


def test_a_citizen_without_javascript_leaves_feedback_follows_it_and_takes_it_back(without_scripts: Page) -> None:
    page = without_scripts
    receipt = send(page, "The photo will not upload")
    page.get_by_role("link", name="See where your feedback is").click()
    expect(page.get_by_text("It will be read shortly.")).to_be_visible()
    expect(page.get_by_text(receipt)).to_be_visible()
    page.get_by_text("Take your feedback back").click()
    page.get_by_role("button", name="Yes, delete my feedback").click()
    expect(page.get_by_role("status")).to_contain_text("You have taken this feedback back")
    assert page.context.cookies() == []


def test_a_citizen_who_forgot_the_words_is_led_to_the_field(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/services/blue-badge/feedback")
    page.get_by_role("button", name="Send feedback").click()
    page.get_by_role("link", name="Enter your feedback").click()
    expect(page.get_by_label("Your feedback")).to_be_focused()


def test_a_citizen_comes_back_with_the_code_and_reads_the_page_in_welsh(without_scripts: Page) -> None:
    page = without_scripts
    receipt = send(page, "The photo will not upload")
    page.goto("/receipts")
    page.get_by_role("link", name="Cymraeg").click()
    page.get_by_label("Cod eich derbynneb").fill(receipt.lower())
    page.get_by_role("button", name="Dangos fy adborth").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Eich adborth am Blue Badge")


def test_staff_sign_in_see_what_emerges_and_its_chart_and_sign_out(
    context: BrowserContext, record: Record, photo: str
) -> None:
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(error.message))
    sign_in(page, record)
    expect(page.get_by_text("by phone only").first).to_be_visible()
    page.get_by_role("link", name="Photo will not upload").click()
    expect(page.get_by_role("img", name="Bar chart")).to_be_visible()
    assert not page.evaluate("'Plotly' in window")
    page.get_by_role("button", name="Look closer").click()
    expect(page.locator("#chart .bars path")).to_have_count(56)
    assert page.locator("#chart .main-svg").first.evaluate("svg => getComputedStyle(svg).position") == "absolute"
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in, for staff")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("API key")).to_be_visible()
    assert failures == []


def test_an_issue_is_merged_and_split_from_the_keyboard_in_fewer_than_ten_stops(
    context: BrowserContext, record: Record, photo: str
) -> None:
    with record.transaction() as session:
        made_up.report(session, made_up.issue(session, "blue-badge", "Picture fails"), "No picture goes through")
    page = context.new_page()
    sign_in(page, record)
    for path, query, button in (("merge", "picture", "Merge"), ("sort", "photo", "They are an issue of their own")):
        page.goto(f"{photo}/{path}")
        expect(page.locator("#q")).to_be_focused()
        page.keyboard.type(query)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("#q")).to_be_focused()
        for _ in range(9):
            page.keyboard.press("Tab")
            focused = page.evaluate("document.activeElement.textContent.trim()")
            if page.evaluate("document.activeElement.type") == "checkbox":
                page.keyboard.press("Space")
            if focused == "Tick all that was found" and not page.locator("[name=statement]:checked").count():
                with page.expect_navigation():
                    page.keyboard.press("Enter")
            if focused == button:
                break
        assert focused == button
        page.keyboard.press("Enter")
        expect(page.locator("#saved")).to_be_focused()


def test_no_page_breaks_the_policy_that_it_is_served_under(
    context: BrowserContext, site: str, record: Record, photo: str
) -> None:
    page, broken = context.new_page(), list[tuple[str, str]]()
    page.on("console", lambda said: broken.append((page.url, said.text)) if "Security Policy" in said.text else None)
    receipt = send(page, "Something")
    sign_in(page, record)
    page.goto(photo)
    page.get_by_role("button", name="Look closer").click()
    expect(page.locator("#chart .bars path")).to_have_count(56)
    paths = ["/docs", "/receipts", f"/receipts/{receipt}", "/services/blue-badge/you-said-we-did", "/no-such"]
    service = "/dashboard/blue-badge"
    own = ["feedback", "alerts", "quality", "ledger", "search"]
    people = ["/staff", "/keys", "/audit", "/sessions"]
    for path in [
        *paths,
        *people,
        f"{photo}/sort",
        f"{photo}/merge",
        "/dashboard",
        service,
        *(f"{service}/{name}" for name in own),
    ]:
        page.goto(path)
    assert broken == []


def test_without_javascript_an_issue_shows_its_chart_and_the_table(
    without_scripts: Page, record: Record, photo: str
) -> None:
    sign_in(without_scripts, record)
    without_scripts.goto(photo)
    expect(without_scripts.get_by_role("table", name="Reports day by day")).to_be_visible()
    expect(without_scripts.get_by_role("img", name="Bar chart of the reports day by day")).to_be_visible()
    expect(without_scripts.get_by_role("button", name="Look closer")).to_be_hidden()
    expect(without_scripts.locator("#chart")).to_be_hidden()


def test_the_first_stop_of_the_keyboard_skips_to_the_content(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_two_keys_lead_to_the_search_and_to_their_list_until_they_are_switched_off(
    context: BrowserContext, record: Record
) -> None:
    page = context.new_page()
    sign_in(page, record)
    page.keyboard.press("/")
    find = page.get_by_role("searchbox", name="Find anything")
    expect(find).to_be_focused()
    page.keyboard.type("a/b?")
    expect(find).to_have_value("a/b?")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keyboard shortcuts")
    page.get_by_label("These shortcuts work in this browser").uncheck()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("/")
    expect(find).not_to_be_focused()


def test_what_is_saved_has_the_focus_without_scripts_and_is_said_once_with_them(
    browser: Browser, site: str, record: Record, photo: str
) -> None:
    for scripts in (False, True):
        with browser.new_context(java_script_enabled=scripts, locale="en-GB", base_url=site) as context:
            page = context.new_page()
            sign_in(page, record)
            page.get_by_role("button", name="Acknowledge").click()
            expect(page.get_by_role("status")).to_be_focused()
            page.get_by_role("button", name="Undo").click()
            expect(page.get_by_role("status")).to_contain_text("it is as it was before")
            page.goto(page.url)
            page.reload()
            expect(page.get_by_role("status")).to_have_count(0 if scripts else 1)


def test_on_a_narrow_screen_no_page_runs_over_and_every_target_is_large_enough(
    browser: Browser, site: str, record: Record, photo: str
) -> None:
    size = {"width": NARROW, "height": 640}
    with browser.new_context(viewport=size, locale="en-GB", base_url=site) as context:  # type: ignore[arg-type]
        page = context.new_page()
        receipt = send(page, "Something")
        citizens = ["/", "/sign-in", "/receipts", f"/receipts/{receipt}", "/services/blue-badge/feedback", "/no-such"]
        for path in citizens:
            assert_fits(page, path)
        sign_in(page, record)
        for path in [
            "/staff",
            "/keys",
            "/audit",
            "/sessions",
            "/dashboard",
            "/dashboard/blue-badge",
            "/dashboard/blue-badge/feedback",
            photo,
            "/dashboard/none",
        ]:
            assert_fits(page, path)


@pytest.mark.parametrize("width", [NARROW, 1000])
def test_no_table_has_to_be_scrolled_sideways_not_even_in_welsh(
    browser: Browser, site: str, record: Record, photo: str, width: int
) -> None:
    size = {"width": width, "height": 640}
    with browser.new_context(viewport=size, locale="cy-GB", base_url=site) as context:  # type: ignore[arg-type]
        page = context.new_page()
        sign_in(page, record)
        for path in ["/dashboard", "/dashboard/blue-badge", "/dashboard/blue-badge/reach", photo]:
            page.goto(path)
            over = "found => found.filter(it => it.scrollWidth > it.clientWidth + 1).map(it => it.innerText)"
            assert page.locator(".scroll").evaluate_all(over) == [], path
        page.goto("/dashboard/blue-badge")
        expect(page.get_by_role("link", name="Adroddiadau")).to_be_visible()
        sorting = page.locator("thead tr[data-label]")
        assert sorting.evaluate("it => getComputedStyle(it, '::before').content") == '"Trefnu yn ôl"'
        page.emulate_media(media="print")
        expect(page.locator("header :is(nav, form), fieldset, .tick").locator("visible=true")).to_have_count(0)


def assert_fits(page: Page, path: str) -> None:
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    for target in page.locator("a, button, select, summary, input").locator("visible=true").all():
        box = target.bounding_box()
        assert box is None or min(box["width"], box["height"]) >= TARGET, (path, target.inner_text(), box)
