"""From an empty store to the first finding in a real browser, without scripts, on a narrow screen; no command typed."""

import csv
import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from feedback.cli.bootstrap import Runtime, first_link
from feedback.process.embedded import Servers
from feedback.record.db import Record
from feedback.record.work import stages
from tests.browser import chromium
from tests.conftest import RealServers
from tests.serving import served
from workers.runtime.actor import Worker
from workers.runtime.process import actor_of

pytestmark = pytest.mark.browser

PATIENCE = 120_000  # milliseconds: everybody works on two cores
NARROW = 320  # CSS pixels: WCAG 2.2, 1.4.10
OF_OLD = (
    "The bin was not emptied on {day}",
    "Nobody answers the phone at the {place} office",
    "Staff at {place} were kind",
)
OF_LATE = (
    "{what} fails when I upload my photo",
    "I cannot upload my photo, {what} stops",
    "Photo upload: {what} gives an error",
)
PLACES, DAYS = ("Castle Street", "harbour", "market", "station"), ("Monday", "Tuesday", "Friday")
WHAT = ("the page", "the form", "your website", "the application")


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Months of the usual, and something that started yesterday."""
    now, path = dt.datetime.now(dt.UTC), tmp_path / "comments.csv"
    usual = [OF_OLD[n % 3].format(day=DAYS[n % 7 % 3], place=PLACES[n % 4]) for n in range(90)]
    fresh = [OF_LATE[n % 3].format(what=WHAT[n % 4]) for n in range(20)]
    rows = [(f"U{n}", now - dt.timedelta(days=90 - n, hours=n % 9), said) for n, said in enumerate(usual)]
    rows += [(f"F{n}", now - dt.timedelta(hours=1 + n), said) for n, said in enumerate(fresh)]
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("Ref", "Date received", "What would you like to tell us?"))
        table.writerows((ref, f"{at:%d/%m/%Y %H:%M}", said) for ref, at, said in rows)
        table.writerow(("X1", "31/02/2026", "This day never was"))
    return path


@contextmanager
def at_work(worker: Worker) -> Iterator[None]:
    """Does all that waits, stage by stage, beside the test."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.05):
            for stage in stages.STAGES:
                if stage.name != "backtest":
                    actor_of(stage)(worker)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture
def page(record: Record, servers: RealServers, worker: Worker) -> Iterator[Page]:
    worker.tools.load()
    size = {"width": NARROW, "height": 640}
    with (
        served(record, servers) as url,
        at_work(worker),
        chromium() as browser,
        browser.new_context(
            java_script_enabled=False,
            locale="en-GB",
            base_url=url,
            viewport=size,  # type: ignore[arg-type]
        ) as context,
    ):
        yield context.new_page()


def follow(page: Page, name: str) -> None:
    """Follows a link, to a page that must fit."""
    page.get_by_role("link", name=name).click()
    fits(page)


def fits(page: Page) -> None:
    width = page.locator("html").evaluate("it => it.scrollWidth")  # waits where a page is just coming anew
    assert width <= NARROW, page.url


def test_the_first_finding_out_of_a_spreadsheet_without_one_command(
    page: Page, record: Record, servers: RealServers, sheet: Path
) -> None:
    link = first_link(Runtime(record.settings, Servers(servers.database_url, servers.redis_url), record))
    assert link is not None
    page.goto(link.removeprefix(record.settings.url))
    follow(page, "Continue: Your organisation")
    page.get_by_label("Name of your organisation").fill("Aberwen Council")
    page.get_by_role("button", name="Save and continue").click()
    follow(page, "Continue: Your first service")
    page.get_by_label("Name", exact=True).fill("Blue Badge")
    page.get_by_role("button", name="Add it").click()
    page.get_by_label("Department").fill("Transport")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    follow(page, "How people reach it")
    follow(page, "A poster to print")
    expect(page.get_by_role("img", name="QR code of the form")).to_be_visible()
    page.get_by_text("Menu", exact=True).click()
    follow(page, "Settings")
    follow(page, "Upload what you have")
    page.get_by_label("File").set_input_files(sheet)
    page.get_by_role("button", name="Continue").click()
    fits(page)
    expect(page.get_by_label("What would you like to tell us?").first).to_be_checked()
    expect(page.get_by_text("Of its 111 rows 110 would be taken, 1 not.")).to_be_visible()
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("heading", name="First findings")).to_be_visible(timeout=PATIENCE)
    fits(page)
    expect(page.get_by_role("link", name="Download these rows")).to_be_visible()
    expect(page.get_by_role("table", name="What people speak of most")).to_contain_text("photo", ignore_case=True)
