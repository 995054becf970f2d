"""One issue on the dashboard: what it shows, and what people decide there."""

import datetime as dt
import json
import re
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from httpx import Response
from sqlalchemy import select, update

from feedback.record import access, calendar, services
from feedback.record.access import Role, people
from feedback.record.db import Record
from feedback.record.models import Alert, Change, Issue, Signal, Statement, Subscription
from feedback.record.states import Nation
from insights.presentation import formats
from tests.insights import made_up
from tests.insights.pages.signed_in import OURS, Client, signed_in, words_of


def section(page: str, name: str) -> str:
    """The part of a page under one heading."""
    return page.partition(f'<section aria-labelledby="{name}"')[2].partition("</section>")[0]


def test_an_issue_shows_quotes_keywords_days_words_and_history(staff: Client, record: Record, photo: str) -> None:
    with record.transaction() as session:
        service = access.service(session, "blue-badge")
        session.add(Change(service_id=service.id, kind="release", what="New form", at=dt.datetime.now(dt.UTC)))
    page = staff.get(photo)
    seen = words_of(page)
    assert "Photo will not upload" in seen and "4 reports since then" in seen and "Channel Phone 4 100%" in seen
    assert "New form" in seen and "All that was said" in page.text and 'class="glance"' in page.text
    assert section(page.text, "days").count('<th scope="row">') == 56


def test_a_bank_holiday_of_the_services_nation_is_told_in_words(
    staff: Client, record: Record, photo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with record.transaction() as session:
        service = access.service(session, "blue-badge")
        today = dt.datetime.now(ZoneInfo(service.properties.time_zone)).date()
    monkeypatch.setattr(calendar, "_of_year", lambda nation, _: {today} if nation == Nation.SCOTLAND else set())
    assert "Bank holiday" not in words_of(staff.get(photo)) + words_of(staff.get("/dashboard/blue-badge"))
    with record.transaction() as session:
        services.set_properties(access.service(session, "blue-badge"), {"nation": "scotland"})
    assert f"{formats.short_day(today)} Bank holiday" in words_of(staff.get(photo))
    assert f"Bank holidays in these 8 weeks: {formats.day(today)}." in words_of(staff.get("/dashboard/blue-badge"))
    assert "Bank holiday" not in words_of(staff.get(f"{photo}?days=182"))


def test_the_chart_holds_the_same_figures_as_the_table(staff: Client, photo: str) -> None:
    page = staff.get(photo).text
    found = re.search(r'<script type="application/json" id="figure">(.*?)</script>', page, re.DOTALL)
    assert found
    *_, trace = json.loads(found[1])["data"]
    cells = re.findall(r'<td class="number">(\d+)</td>\s*<td class="number">', section(page, "days"))
    assert trace["y"] == [int(count) for count in reversed(cells)] and sum(trace["y"]) == 4


def test_an_issue_of_long_ago_shows_the_time_when_it_was_reported(staff: Client, record: Record) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, "blue-badge")
        made_up.report(session, issue, "Long ago", said_at=made_up.NOW - dt.timedelta(days=100))
        path = f"/dashboard/issues/{issue.id}"
    page = staff.get(path).text
    assert "week by week" in page and 'class="glance calm"' in page, "nothing alarms here"
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
    shown = re.findall(r"<p[^>]*>Report (\d\d)", section(first, "statements") + section(second, "statements"))
    assert sorted(shown) == [f"{number:02}" for number in range(51)]


def test_all_that_was_said_is_searched_newest_first_and_marked_with_its_language(staff: Client, record: Record) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, "blue-badge")
        for ago, text in ((3, "The button is broken"), (1, "Broken buttons again"), (2, "Y botwm wedi torri")):
            made_up.report(session, issue, text, said_at=made_up.NOW - dt.timedelta(hours=ago))
        session.execute(update(Statement).where(Statement.text.contains("botwm")).values(language="cy"))
        path = f"/dashboard/issues/{issue.id}"
    said = section(staff.get(path).text, "statements")
    assert said.index("Broken buttons") < said.index("Y botwm") < said.index("The button")
    assert re.search(r'lang="cy">Y botwm', said)
    found = section(staff.get(path, params={"q": "button"}).text, "statements")
    assert "The button" in found and "Broken buttons" in found and "Y botwm wedi" not in found
    assert "Y botwm wedi" in section(staff.get(path, params={"q": "otwm"}).text, "statements")
    assert "Nothing in it has these words." in staff.get(path, params={"q": "%"}).text


def decided(client: Client, photo: str, **fields: str) -> Response:
    now = {"title": "Photo will not upload", "status": "open", "reason": "", "assignee": "", "due": ""}
    return client.post(f"{photo}/decide", data=now | fields, headers=OURS)


def test_an_editor_decides_and_the_history_tells(staff: Client, photo: str) -> None:
    page = decided(
        staff, photo, status="resolved", reason="New server", title="Photos", assignee="Web team", due="2027-03-31"
    )
    assert page.url.path == photo
    seen = words_of(page)
    assert "Photos" in seen and "Assigned to Web team" in seen and "due 31 March 2027" in seen
    assert "Status: Open → Resolved" in seen and "New server" in seen
    assert "Title: “Photo will not upload” → “Photos”" in seen


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
        ("reason", "x" * 2_001, "a reason of up to 2,000 characters"),
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
    assert "How sure it is" not in words_of(page) and "What you do next" not in words_of(page)


def test_who_was_alerted_and_why_it_stands_out_no_more_is_told_when_somebody_has_decided(
    staff: Client, record: Record, photo: str
) -> None:
    with record.transaction() as session:
        signal = session.scalars(select(Signal)).one()
        mine = {"service_id": signal.service_id}
        team = Subscription(**mine, kind="email", name="Web team", shown="x", sealed=b"", stage="idle")
        session.add(team)
        session.flush()
        sent = {"type": "signal.new", "cause": "a", "facts": {}, "state": "sent"}
        session.add(Alert(**mine, **sent, signal_id=signal.id, subscription_id=team.id))
    staff.post(f"/dashboard/signals/{signal.id}/false-alarm", data={"why": "A test"}, headers=OURS)
    page = words_of(staff.get(photo))
    assert "It stood out, and admin of all services called it a false alarm." in page and "Alerted: Web team" in page
    staff.post(f"/dashboard/signals/{signal.id}/false-alarm", data={"undo": "yes"}, headers=OURS)
    decided(staff, photo, status="resolved", because="Mended")
    page = words_of(staff.get(photo))
    assert "It stood out, and is closed now." in page and "Alerted: Web team" in page


def test_what_was_to_be_done_by_now_is_shown_as_overdue(staff: Client, record: Record, photo: str) -> None:
    assert 'id="overdue"' not in staff.get("/dashboard/blue-badge").text
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
    too_long = staff.post(f"{photo}/publish", data=texts | {"did_cy": "x" * 2_001}, headers=OURS)
    assert too_long.status_code == 400 and '<a href="#said_cy">' in too_long.text
    texts["did_cy"] = "Rydym wedi ei thrwsio"
    assert "Published on" in words_of(staff.post(f"{photo}/publish", data=texts, headers=OURS))
    assert "We mended it" in staff.get("/services/blue-badge/you-said-we-did?lang=en").text
    assert "Rydym wedi ei thrwsio" in staff.get("/services/blue-badge/you-said-we-did?lang=cy").text
    words_of(staff.post(f"{photo}/publish", data={"do": "withdraw"}, headers=OURS))
    assert "We mended it" not in staff.get("/services/blue-badge/you-said-we-did?lang=en").text


def test_an_issue_that_has_ended_offers_nothing_to_decide_but_to_take_off_what_was_published(
    staff: Client, record: Record, photo: str
) -> None:
    staff.post(f"{photo}/publish", data={"said": "The photo page fails", "did": "We mended it"}, headers=OURS)
    assert f"{photo}/decide" in staff.get(photo).text
    with record.transaction() as session:
        session.execute(update(Issue).values(ended_at=made_up.NOW))
    page = staff.get(photo).text
    assert f"{photo}/decide" not in page and "Take it off" in page
    assert decided(staff, photo, status="archived").status_code == 409
    assert "Take it off" not in words_of(staff.post(f"{photo}/publish", data={"do": "withdraw"}, headers=OURS))
    assert "We mended it" not in staff.get("/services/blue-badge/you-said-we-did?lang=en").text


def test_an_issue_names_who_owns_its_service_whom_a_reader_tells(client: Client, record: Record, photo: str) -> None:
    reader = signed_in(client, record, Role.reader, "blue-badge")
    seen = words_of(reader.get(photo))
    assert "Nobody was alerted, as nobody has set up alerts for this service." in seen
    assert "No owner of “Blue Badge” is named here." in seen
    with record.transaction() as session:
        owner = people.add(session, "Ada Owner", "ada@example.org")
        people.appoint(session, owner, Role.owner, access.service(session, "blue-badge"), by="test")
    page = reader.get(photo)
    assert 'href="mailto:ada@example.org"' in page.text and "Owner of “Blue Badge”: Ada Owner" in words_of(page)
    assert "Tell whoever owns it: you may read this, and not decide about it." in words_of(page)


def test_the_next_step_gives_it_to_the_owner_by_one_button_and_says_first_whether_they_are_told(
    client: Client, staff: Client, record: Record, photo: str
) -> None:
    with record.transaction() as session:
        owner = people.add(session, "Ada Owner", "ada@example.org")
        people.appoint(session, owner, Role.owner, access.service(session, "blue-badge"), by="test")
    page = staff.get(photo)
    seen = words_of(page)
    assert "Ada Owner then sees it here. Tell Ada Owner yourself: e-mail is not set up." in seen
    assert "See to it now: assign it to Ada Owner , who owns this service." in seen and "Nobody has it yet." in seen
    assert '<input type="hidden" name="assignee" value="Ada Owner">' in page.text
    seen = words_of(staff.post(f"{photo}/decide", data={"assignee": "Ada Owner"}, headers=OURS))
    assert "Tell Ada Owner yourself: e-mail is not set up. Once it is fixed, record what was done" in seen
    assert "Given to Ada Owner on" in seen and "Nobody has it yet." not in seen and "Status: assigned" in seen


def test_who_took_it_up_and_when_is_told_beside_the_next_step(staff: Client, photo: str) -> None:
    assert "You acknowledged it on" not in words_of(staff.get(photo))
    staff.post(f"{photo}/decide", data={"status": "acknowledged"}, headers=OURS)
    seen = words_of(staff.get(photo))
    assert "You acknowledged it on" in seen and "Only shows on this page" not in seen
