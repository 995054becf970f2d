"""What the pages show, to whom."""

import datetime as dt
import re

import pytest

from feedback.record import access, services
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Change
from tests.insights import made_up
from tests.insights.pages.signed_in import Client, signed_in, words_of


def test_the_first_page_leads_citizens_to_the_forms_and_staff_to_the_dashboard(
    client: Client, record: Record, blue_badge: str
) -> None:
    with record.transaction() as session:
        services.add(session, "inner", "Inner service")
        services.set_properties(access.service(session, "inner"), {"anyone_may_write": False})
    page = client.get("/")
    assert 'href="/services/blue-badge/feedback?lang=en"' in page.text and "Inner service" not in page.text
    assert 'href="/receipts?lang=en"' in page.text and 'href="/sign-in"' in page.text
    assert signed_in(client, record).get("/").url.path == "/dashboard"


def test_a_service_shows_its_issues_and_narrows_them_down(staff: Client, record: Record, photo: str) -> None:
    with record.transaction() as session:
        letter = made_up.issue(session, "blue-badge", "Letter never came", trend="steady", status="resolved")
        made_up.report(session, letter, "No letter", "web")

    def listed(query: str) -> str:
        return words_of(staff.get(f"/dashboard/blue-badge{query}")).partition("Overdue Show")[2]

    assert re.search("Photo will not upload( “[^”]+”)? 4 ", listed(""))
    assert re.search("Letter never came( “[^”]+”)? 1 ", listed(""))
    for query in ("?trend=steady", "?status=resolved", "?channel=web", "?trend=&status=resolved&channel="):
        assert "Letter never came" in listed(query) and "Photo" not in listed(query)
    assert "No issue is like this" in listed("?status=archived")
    assert "Letter never came" in listed("?status=no-such") and "left out: Status" in listed("?status=no-such")
    assert "Photo" in listed("?sort=last") and "Assigned to: Ann" in listed("?assignee=Ann")


def test_a_long_list_of_issues_has_pages(staff: Client, record: Record) -> None:
    with record.transaction() as session:
        for number in range(51):
            made_up.report(session, made_up.issue(session, "blue-badge", f"Issue number {number:02}"), "A report")
    first, second = (words_of(staff.get(f"/dashboard/blue-badge?page={page}")) for page in (1, 2))
    assert "Page 1 of 2 Next page" in first and "Previous page Page 2 of 2" in second
    assert len(set(re.findall(r"Issue number \d\d", first)) | set(re.findall(r"Issue number \d\d", second))) == 51


def test_all_feedback_is_listed_with_what_was_made_of_it(staff: Client, record: Record, photo: str) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, "blue-badge", "Letter never came")
        spam = {"name": "spam", "reason": "advertises"}
        made_up.report(session, issue, "Buy now", verdicts=[spam], hidden={"PERSON": 2}, weight=0)
        made_up.report(session, issue, "Set aside one", stage="set_aside", reason="could not be read")
        made_up.report(session, issue, "", stage="withdrawn").text = None
    seen = words_of(staff.get("/dashboard/blue-badge/feedback"))
    assert "Buy now Letter never came Read Spam: advertises Taken out: person 2" in seen
    assert "Set aside: could not be read" in seen
    assert "No words of it are kept here. Letter never came Taken back" in seen


def test_the_list_of_feedback_has_pages(staff: Client, record: Record) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, "blue-badge")
        for number in range(51):
            made_up.report(session, issue, f"Report {number:02}", said_at=made_up.NOW - dt.timedelta(minutes=number))
    first = staff.get("/dashboard/blue-badge/feedback")
    further = re.search(r'href="(\?cursor=[^"]+)"', first.text)
    assert further and "Report 50" not in first.text
    second = staff.get("/dashboard/blue-badge/feedback" + further[1])
    assert "Report 50" in second.text and "Report 49" not in second.text


def test_words_and_titles_are_escaped_everywhere(staff: Client, record: Record) -> None:
    nasty = "</script><script>alert(1)</script>"
    with record.transaction() as session:
        issue = made_up.issue(session, "blue-badge", nasty)
        made_up.signal(session, issue, [made_up.report(session, issue, nasty)])
        service = access.service(session, "blue-badge")
        service.name = nasty
        session.add(Change(service_id=service.id, kind="release", what=nasty, at=dt.datetime.now(dt.UTC)))
    for path in (
        "/dashboard",
        "/dashboard/blue-badge",
        "/dashboard/blue-badge/feedback",
        f"/dashboard/issues/{issue.id}",
    ):
        page = staff.get(path)
        assert page.status_code == 200 and "<script>alert" not in page.text


def test_who_sees_one_service_sees_nothing_of_another(client: Client, record: Record, photo: str) -> None:
    with record.transaction() as session:
        services.add(session, "bins", "Bins")
    other = signed_in(client, record, Role.owner, "bins")
    assert "Blue Badge" not in other.get("/dashboard").text
    for path in (photo, "/dashboard/blue-badge", "/dashboard/blue-badge/feedback"):
        page = other.get(path)
        assert page.status_code == 404 and "text/html" in page.headers["content-type"]
        assert "Page not found" in page.text and "Photo" not in page.text
        assert 'action="/sign-out"' in page.text and 'href="/sign-in"' not in page.text, "their menu has gone"


def test_whoever_comes_with_a_session_is_led_on_from_an_address_that_nothing_is_at(
    client: Client, staff: Client
) -> None:
    browser = {"Accept": "text/html,*/*"}
    mine = staff.get("/dashboard/no/such/page", headers=browser)
    assert mine.status_code == 404 and "Page not found" in mine.text
    assert '<a href="/search">Find</a>' in mine.text and 'href="/sign-in"' not in mine.text
    client.cookies.clear()
    assert 'href="/search"' not in client.get("/dashboard/no/such/page", headers=browser).text


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/blue-badge", "/dashboard/blue-badge/feedback"])
def test_nobody_sees_anything_without_signing_in(client: Client, blue_badge: str, path: str) -> None:
    page = client.get(path)
    assert page.url.path == "/sign-in" and page.url.params["next"] == path


@pytest.mark.parametrize("path", ["/", "/sign-in", "/dashboard", "/dashboard/blue-badge", "/dashboard/none"])
def test_every_page_allows_only_our_own_scripts_and_no_frame(staff: Client, path: str) -> None:
    headers = staff.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert headers["cache-control"] == "no-store" and headers["x-content-type-options"] == "nosniff"


def test_scripts_and_styles_come_from_us_and_may_be_kept_for_ever(staff: Client, photo: str) -> None:
    page = staff.get(photo).text
    found = re.findall(r'(?:src|rel="stylesheet" href)="([^"]+)"', page)
    assert len(found) == 4
    for address in found:
        answer = staff.get(address)
        assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"], address
    assert not re.search(r"https?://|\son\w+=|\sstyle=", page)


def test_a_page_number_that_is_none_is_a_page_that_says_so(staff: Client) -> None:
    page = staff.get("/dashboard/blue-badge?page=x")
    assert page.status_code == 400 and "This cannot be read" in page.text
    assert staff.get("/dashboard/blue-badge/feedback?cursor=x").status_code == 400
