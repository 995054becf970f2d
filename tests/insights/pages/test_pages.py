import datetime as dt
import json
import re
from html import unescape

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.app import create_app
from feedback.record import access, services
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Change, Credential
from feedback.record.settings import Settings
from tests.conftest import RealServers
from tests.insights import made_up

Client = TestClient[Litestar]

OURS = {"Sec-Fetch-Site": "same-origin"}


def credential(record: Record, kind: str, role: Role = Role.admin, slug: str | None = None) -> str:
    with record.transaction() as session:
        service = access.service(session, slug) if slug else None
        return access.create(session, kind, role, service, lifetime=dt.timedelta(hours=1))


def signed_in(client: Client, record: Record, role: Role = Role.admin, slug: str | None = None) -> Client:
    client.get(f"/sign-in/{credential(record, 'link', role, slug)}")
    return client


def words_of(page: Response) -> str:
    """What a reader sees, without tags, and with single spaces."""
    assert page.status_code == 200, page.text
    main = re.sub(r"<script.*?</script>", "", page.text.partition("<main")[2].partition(">")[2], flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.fixture
def staff(client: Client, record: Record, blue_badge: str) -> Client:
    return signed_in(client, record)


@pytest.fixture
def photo(record: Record, blue_badge: str) -> str:
    """The path of an issue that is emerging by phone alone."""
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        pieces = [made_up.report(session, issue, f"The photo fails {n}", "call") for n in range(4)]
        made_up.signal(session, issue, pieces)
        return f"/dashboard/issues/{issue.id}"


def test_a_link_opens_a_session_that_scripts_and_other_sites_cannot_use(
    client: Client, record: Record, blue_badge: str
) -> None:
    answer = client.get(f"/sign-in/{credential(record, 'link')}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie and "Max-Age=43200" in cookie
    assert client.get("/dashboard").status_code == 200


def test_over_https_the_cookie_never_travels_in_the_clear(record: Record, servers: RealServers) -> None:
    settings = Settings(data=servers.data, intake_rate=0, public_url="https://feedback.example.org")
    with TestClient(create_app(settings, servers.database_url, servers.redis_url)) as client:
        answer = client.get(f"/sign-in/{credential(record, 'link')}", follow_redirects=False)
        assert "Secure" in answer.headers["set-cookie"]


def test_a_session_ends_by_itself(staff: Client, record: Record) -> None:
    assert staff.get("/dashboard", follow_redirects=False).status_code == 200
    with record.transaction() as session:
        found = session.scalars(select(Credential).where(Credential.kind == "session")).one()
        assert found.expires_at is not None
        found.expires_at -= dt.timedelta(hours=12)
    assert staff.get("/dashboard", follow_redirects=False).status_code == 303


def test_a_link_is_no_session(client: Client, record: Record, blue_badge: str) -> None:
    client.cookies.set("feedback_session", credential(record, "link"))
    assert client.get("/dashboard", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("kind", ["key", "session"])
def test_only_a_link_opens_by_address(client: Client, record: Record, kind: str) -> None:
    page = client.get(f"/sign-in/{credential(record, kind)}")
    assert page.status_code == 401 and "This link is no longer valid" in page.text
    assert "set-cookie" not in page.headers


def test_a_key_signs_in_and_leads_to_where_one_was_going(client: Client, record: Record, photo: str) -> None:
    asked = client.get(photo)
    assert asked.url.path == "/sign-in" and f'name="next" value="{photo}"' in asked.text
    entered = client.post("/sign-in", data={"key": credential(record, "key"), "next": photo}, headers=OURS)
    assert entered.url.path == photo and entered.status_code == 200


@pytest.mark.parametrize("path", ["https://example.org/", "//example.org/dashboard", "/dashboard.example.org", "/docs"])
def test_signing_in_leads_nowhere_else(client: Client, record: Record, blue_badge: str, path: str) -> None:
    data = {"key": credential(record, "key"), "next": path}
    assert client.post("/sign-in", data=data, headers=OURS, follow_redirects=False).headers["location"] == "/dashboard"


@pytest.mark.parametrize("key", ["", "fb_made-up"])
def test_a_wrong_key_is_asked_for_again(client: Client, blue_badge: str, key: str) -> None:
    page = client.post("/sign-in", data={"key": key}, headers=OURS)
    assert page.status_code == 400 and "There is a problem" in page.text and "set-cookie" not in page.headers
    assert "fb_made-up" not in page.text


def test_signing_out_ends_the_session_and_not_only_its_cookie(staff: Client) -> None:
    kept = staff.cookies["feedback_session"]
    assert staff.post("/sign-out", headers=OURS).url.path == "/"
    staff.cookies.set("feedback_session", kept)
    assert staff.get("/dashboard", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver.local"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {},
    ],
)
def test_what_another_site_sends_changes_nothing(staff: Client, headers: dict[str, str]) -> None:
    assert staff.post("/sign-out", headers=headers).status_code == 403
    assert staff.patch("/v1/services/blue-badge", json={"name": "Mine"}, headers=headers).status_code == 403
    assert staff.post("/sign-in", data={"key": ""}, headers=headers).status_code == 403
    assert staff.get("/dashboard").status_code == 200


def test_a_browser_that_names_only_its_origin_is_believed(staff: Client) -> None:
    assert staff.post("/sign-out", headers={"Origin": str(staff.base_url)}).url.path == "/"


def test_a_key_needs_no_page_of_ours(client: Client, blue_badge: str, admin: dict[str, str]) -> None:
    assert client.patch("/v1/services/blue-badge", json={"name": "Badges"}, headers=admin).status_code == 200


def test_the_first_page_leads_citizens_to_the_forms_and_staff_to_the_dashboard(
    client: Client, record: Record, blue_badge: str
) -> None:
    with record.transaction() as session:
        services.add(session, "inner", "Inner service")
        services.set_properties(access.service(session, "inner"), {"anyone_may_write": False})
    page = client.get("/")
    assert 'href="/services/blue-badge/feedback"' in page.text and "Inner service" not in page.text
    assert 'href="/receipts"' in page.text and 'href="/sign-in"' in page.text
    assert signed_in(client, record).get("/").url.path == "/dashboard"


def test_the_dashboard_puts_what_emerges_first_with_its_evidence_in_words(
    staff: Client, record: Record, photo: str
) -> None:
    with record.transaction() as session:
        services.add(session, "allotments", "Allotments")
    seen = words_of(staff.get("/dashboard"))
    assert "4 reports in 48 h where 0.4 were expected, since" in seen and "by phone only" in seen
    assert "“" not in seen and "The photo fails 3 By phone" in seen
    assert seen.index("Blue Badge") < seen.index("Allotments")


def test_the_less_likely_to_be_chance_comes_first(staff: Client, record: Record, photo: str) -> None:
    with record.transaction() as session:
        services.add(session, "bins", "Bins")
        issue = made_up.issue(session, "bins", "Bin not emptied")
        made_up.signal(session, issue, [made_up.report(session, issue, "Not emptied")], score=20.0)
    seen = words_of(staff.get("/dashboard"))
    assert seen.index("Bin not emptied") < seen.index("Photo will not upload")


def test_a_service_shows_its_issues_and_narrows_them_down(staff: Client, record: Record, photo: str) -> None:
    with record.transaction() as session:
        letter = made_up.issue(session, "blue-badge", "Letter never came", trend="steady", status="resolved")
        made_up.report(session, letter, "No letter", "web")

    def listed(query: str) -> str:
        return words_of(staff.get(f"/dashboard/blue-badge{query}")).partition("Channel All")[2]

    assert "Photo will not upload 4" in listed("") and "Letter never came 1" in listed("")
    for query in ("?trend=steady", "?status=resolved", "?channel=web", "?trend=&status=resolved&channel="):
        assert "Letter never came" in listed(query) and "Photo" not in listed(query)
    assert "No issue is like this" in listed("?status=archived")
    assert "Letter never came" in listed("?status=no-such")


def test_a_long_list_of_issues_has_pages(staff: Client, record: Record) -> None:
    with record.transaction() as session:
        for number in range(51):
            made_up.report(session, made_up.issue(session, "blue-badge", f"Issue number {number:02}"), "A report")
    first, second = (words_of(staff.get(f"/dashboard/blue-badge?page={page}")) for page in (1, 2))
    assert "Page 1 of 2 Next page" in first and "Previous page Page 2 of 2" in second
    assert len(set(re.findall(r"Issue number \d\d", first)) | set(re.findall(r"Issue number \d\d", second))) == 51


def test_an_issue_shows_quotes_keywords_days_words_and_history(staff: Client, record: Record, photo: str) -> None:
    with record.transaction() as session:
        service = access.service(session, "blue-badge")
        session.add(Change(service_id=service.id, kind="release", what="New form", at=dt.datetime.now(dt.UTC)))
    page = staff.get(photo)
    seen = words_of(page)
    assert "Photo will not upload" in seen and "4 reports in 48 h" in seen and "By phone 4" in seen
    assert "New form" in seen and "All that was said" in page.text
    assert page.text.count('<th scope="row">') == 56


def test_the_chart_holds_the_same_figures_as_the_table(staff: Client, photo: str) -> None:
    page = staff.get(photo).text
    found = re.search(r'<script type="application/json" id="figure">(.*?)</script>', page, re.DOTALL)
    assert found
    *_, trace = json.loads(found[1])["data"]
    cells = re.findall(r'<td class="number">(\d+)</td>\s*<td class="number">', page)
    assert trace["y"] == [int(count) for count in reversed(cells)] and sum(trace["y"]) == 4


def test_an_issue_of_long_ago_shows_the_time_when_it_was_reported(staff: Client, record: Record) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, "blue-badge")
        made_up.report(session, issue, "Long ago", said_at=made_up.NOW - dt.timedelta(days=100))
        path = f"/dashboard/issues/{issue.id}"
    assert "week by week" in staff.get(path).text
    assert "day by day" in staff.get(f"{path}?days=56").text
    assert staff.get(f"{path}?days=-5").status_code == 200


def test_what_people_said_has_pages_and_each_is_shown_once(staff: Client, record: Record) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, "blue-badge")
        for number in range(51):
            made_up.report(session, issue, f"Report {number:02}")
        issue.quotes = []
        path = f"/dashboard/issues/{issue.id}"
    first = staff.get(path).text
    earlier = re.search(r'href="([^"]+)#statements">Earlier', first)
    assert earlier
    second = staff.get(path + unescape(earlier[1])).text
    shown = re.findall(r"<p>Report (\d\d)", first) + re.findall(r"<p>Report (\d\d)", second)
    assert sorted(shown) == [f"{number:02}" for number in range(51)]


def decided(client: Client, photo: str, **fields: str) -> Response:
    now = {"title": "Photo will not upload", "status": "open", "reason": "", "assignee": "", "due": ""}
    return client.post(f"{photo}/decide", data=now | fields, headers=OURS)


def test_an_editor_decides_and_the_history_tells(staff: Client, photo: str) -> None:
    page = decided(
        staff, photo, status="resolved", reason="New server", title="Photos", assignee="Web team", due="2027-03-31"
    )
    assert page.url.path == photo
    seen = words_of(page)
    assert "Photos" in seen and "With Web team" in seen and "Due 31 March 2027" in seen
    assert "Resolved" in seen and "New server" in seen and "Renamed" in seen


def test_words_without_another_status_are_a_note(staff: Client, photo: str) -> None:
    seen = words_of(decided(staff, photo, reason="New server"))
    assert "Note admin of all services New server" in seen


def test_saving_what_was_not_changed_changes_nothing(staff: Client, photo: str) -> None:
    assert "History Nothing so far." in words_of(decided(staff, photo))


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("status", "resolved", "To resolve it, give a reason"),
        ("status", "nonsense", "Choose a status"),
        ("title", " ", "The title must have 1 to 200 characters"),
        ("due", "tomorrow", "The due date must be a date"),
        ("assignee", "x" * 201, "200 characters or fewer"),
    ],
)
def test_what_cannot_be_decided_is_said_and_nothing_is_changed(
    staff: Client, photo: str, field: str, value: str, complaint: str
) -> None:
    page = decided(staff, photo, **{"assignee": "Somebody", field: value})
    assert page.status_code == 400 and complaint in page.text and "There is a problem" in page.text
    assert "History Nothing so far." in words_of(staff.get(photo))


def test_an_action_is_listed_marked_and_lets_the_issue_be_resolved(staff: Client, photo: str) -> None:
    data = {"what": "Larger photos taken", "at": "", "link": "https://tickets.example.org/1"}
    page = staff.post(f"{photo}/act", data=data, headers=OURS)
    assert "Larger photos taken" in words_of(page) and 'href="https://tickets.example.org/1"' in page.text
    assert "Done: Larger photos taken" in page.text
    assert decided(staff, photo, status="resolved").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"), [("what", ""), ("at", "yesterday"), ("link", "javascript:alert(1)"), ("link", "example.org")]
)
def test_an_action_that_cannot_be_taken_is_asked_for_again(staff: Client, photo: str, field: str, value: str) -> None:
    data = {"what": "Larger photos taken", "at": "", "link": ""} | {field: value}
    page = staff.post(f"{photo}/act", data=data, headers=OURS)
    assert page.status_code == 400 and f'<a href="#{field}">' in page.text
    assert "What was done Nothing so far." in words_of(staff.get(photo))


def test_a_reader_sees_no_forms_and_decides_nothing(client: Client, record: Record, photo: str) -> None:
    reader = signed_in(client, record, Role.reader, "blue-badge")
    assert f"{photo}/decide" not in reader.get(photo).text
    assert decided(reader, photo, status="archived").status_code == 403
    assert reader.post(f"{photo}/act", data={"what": "x"}, headers=OURS).status_code == 403


def test_an_editor_of_another_service_decides_nothing_here(client: Client, record: Record, photo: str) -> None:
    with record.transaction() as session:
        services.add(session, "bins", "Bins")
    assert decided(signed_in(client, record, Role.owner, "bins"), photo, status="archived").status_code == 404


def test_what_was_merged_leads_on(staff: Client, record: Record, photo: str) -> None:
    target = photo.rpartition("/")[2]
    with record.transaction() as session:
        merged = made_up.issue(session, "blue-badge", "Picture fails", merged_into=target)
    page = staff.get(f"/dashboard/issues/{merged.id}")
    assert "This was merged into Photo will not upload" in words_of(page) and f'href="{photo}"' in page.text


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


def test_what_was_to_be_done_by_now_is_shown_as_overdue(staff: Client, record: Record, photo: str) -> None:
    assert "Overdue" not in words_of(staff.get("/dashboard/blue-badge"))
    late = {"title": "Photo fails", "status": "open", "due": "2026-01-31", "assignee": "Web team"}
    assert "(overdue)" in words_of(staff.post(f"{photo}/decide", data=late, headers=OURS))
    assert "with Web team" in words_of(staff.get("/dashboard/blue-badge"))
    settled = {**late, "status": "resolved", "reason": "Mended"}
    assert "(overdue)" not in words_of(staff.post(f"{photo}/decide", data=settled, headers=OURS))


def test_the_outcome_of_an_action_stands_on_the_issue_and_in_the_ledger(staff: Client, photo: str) -> None:
    done = {"what": "Mended the form", "at": "2026-03-01", "link": "https://tracker.example.org/1"}
    page = words_of(staff.post(f"{photo}/act", data=done, headers=OURS))
    assert "Mended the form 1 Mar 2026, 12:00, ticket or release Too early to tell" in page
    ledger = words_of(staff.get("/dashboard/blue-badge/outcomes"))
    assert "Issues acted on 1" in ledger and "Too early to tell 1" in ledger and "Photo will not upload" in ledger


def test_staff_publish_what_was_said_and_done_and_take_it_off(staff: Client, photo: str) -> None:
    texts = {"said": "The photo page fails", "did": "We mended it", "said_cy": "Mae'r dudalen yn methu"}
    refused = staff.post(f"{photo}/publish", data=texts, headers=OURS)
    assert refused.status_code == 400 and "Welsh takes both" in refused.text and "We mended it" in refused.text
    texts["did_cy"] = "Rydym wedi ei thrwsio"
    assert "Published on" in words_of(staff.post(f"{photo}/publish", data=texts, headers=OURS))
    assert "We mended it" in staff.get("/services/blue-badge/you-said-we-did?lang=en").text
    assert "Rydym wedi ei thrwsio" in staff.get("/services/blue-badge/you-said-we-did?lang=cy").text
    words_of(staff.post(f"{photo}/publish", data={"do": "withdraw"}, headers=OURS))
    assert "We mended it" not in staff.get("/services/blue-badge/you-said-we-did?lang=en").text
