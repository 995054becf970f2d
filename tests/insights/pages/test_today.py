"""The first page: what there is to do, in which order, and the next step as a button."""

import datetime as dt
import re
from typing import Any

import pytest
from sqlalchemy.orm import Session

from feedback.record import access, services
from feedback.record.access import Role, people
from feedback.record.db import Record
from feedback.record.models import Change, HeldRaw, Issue, IssueTally, Person, Signal
from feedback.record.states import ChangeKind
from insights.issues.decisions import lifecycle
from insights.issues.decisions.lifecycle import ActionTaken
from tests.insights import made_up
from tests.insights.pages.people.entering import printed
from tests.insights.pages.signed_in import OURS, Client, credential, signed_in, words_of

AN_HOUR = dt.timedelta(hours=1)
ADA = "ada@example.org"
TODAY = made_up.local_day(made_up.NOW)


def finding(session: Session, slug: str, title: str, reports: int, ago: dt.timedelta = 2 * AN_HOUR, **of: Any) -> Issue:
    """An issue that stands out by a signal with these columns, found over two days unless they say otherwise."""
    issue = made_up.issue(session, slug, title)
    lately = made_up.NOW - dt.timedelta(minutes=20)
    pieces = [made_up.report(session, issue, f"{title} {n}", said_at=lately) for n in range(reports)]
    made_up.signal(session, issue, pieces)
    signal = session.query(Signal).filter_by(issue_id=issue.id).one()
    signal.since = signal.detected_at = made_up.NOW - ago
    for name, value in of.items():
        setattr(signal, name, value)
    session.flush()
    return issue


def today(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/v1/today").json()
    return found


def titles(rows: list[dict[str, Any]]) -> list[str]:
    return [row["title"] for row in rows]


def test_outages_come_first_then_certainty_severity_and_reach_over_all_services(staff: Client, record: Record) -> None:
    with record.transaction() as session:
        services.add(session, "bins", "Bins")
        finding(session, "blue-badge", "Unsure", 6, score=3.2)
        finding(session, "bins", "Many", 20, score=9.0)
        finding(session, "blue-badge", "Some", 6, score=9.0)
        finding(session, "bins", "Outage", 5, score=5.0, window_hours=3.0)
    assert titles(today(staff)["needs"]) == ["Outage", "Many", "Some", "Unsure"]
    seen = words_of(staff.get("/dashboard"))
    assert "Outage Bins Outage" in seen
    assert "it broke down within hours, and is still reported" in seen
    assert re.search(r"20 reports since .*?, on the website only; normally none or one in that time\.", seen)
    many = words_of(staff.get(f"/dashboard/issues/{today(staff)['needs'][1]['id']}"))
    assert "20 reports since then; nothing like it was reported here before." in many
    assert "See to it now: assign it to a colleague who can fix it." in many


def test_what_grew_over_weeks_stands_among_what_needs_somebody_and_is_no_outage(staff: Client, record: Record) -> None:
    with record.transaction() as session:
        weeks, evidence = dt.timedelta(days=28), {"scale": "slow", "against": ["much the same words"]}
        finding(session, "blue-badge", "Forms fall", 20, ago=weeks, window_hours=weeks / AN_HOUR, evidence=evidence)
    assert titles(today(staff)["needs"]) == ["Forms fall"] and "Forms fall" in words_of(staff.get("/dashboard"))
    assert [row["is_outage"] for row in today(staff)["needs"]] == [False]


def test_a_finding_is_quoted_by_what_was_said_since_it_began(staff: Client, record: Record) -> None:
    with record.transaction() as session:
        issue = finding(session, "blue-badge", "Photo fails", 5)
        made_up.report(session, issue, "The old form was slow", said_at=made_up.NOW - dt.timedelta(days=30))
        issue.quotes = issue.quotes[::-1]
    page = words_of(staff.get("/dashboard"))
    assert "“ Photo fails" in page and "The old form was slow" not in page


def test_a_row_has_a_telling_sentence_figures_beside_a_chart_that_is_read_out_and_a_button(
    staff: Client, record: Record, photo: str
) -> None:
    page = staff.get("/dashboard")
    assert re.search(r"“ The photo fails \d ” Why it stands here: almost certainly real", words_of(page))
    assert "Of all its reports, 4 in the last 7 days, 0 in the 7 before Of the 4: phone 4 Acknowledge" in words_of(page)
    charts = re.findall(r'<svg class="small"[^>]*>', page.text)
    assert charts and all('role="img"' in chart and "week by week: 0, 0" in chart for chart in charts)
    assert "aria-hidden" not in page.text and f'action="{photo}/next"' in page.text


def test_who_acknowledges_or_takes_on_an_issue_is_told_and_can_take_it_back(
    staff: Client, record: Record, photo: str
) -> None:
    page = staff.post(f"{photo}/next", data={"do": "acknowledge"}, headers=OURS)
    assert "Acknowledged: others see that you are looking into it. Undo Nothing needs you now" in words_of(page)
    assert titles(today(staff)["quiet"]) == ["Photo will not upload"] and today(staff)["needs"] == []
    back = re.search(r'action="(/dashboard/issues/take-back/\d+)"', page.text)
    assert back
    assert "Undone" in words_of(staff.post(back[1], headers=OURS))
    assert titles(today(staff)["needs"]) == ["Photo will not upload"]
    assert "Assigned to you." in words_of(staff.post(f"{photo}/next", data={"do": "assign"}, headers=OURS))
    [mine] = today(staff)["yours"]
    assert (mine["status"], mine["assignee"]) == ("acknowledged", "admin of all services")


def test_a_reader_is_led_to_an_issue_and_may_take_no_step(client: Client, record: Record, photo: str) -> None:
    reader = signed_in(client, record, Role.reader, "blue-badge")
    page = reader.get("/dashboard")
    assert "Look at it : Photo will not upload" in words_of(page) and "<button name" not in page.text
    assert reader.post(f"{photo}/next", data={"do": "assign"}, headers=OURS).status_code == 403
    assert reader.post("/dashboard/issues/take-back/1", headers=OURS).status_code in (403, 404)


@pytest.mark.parametrize("do", ["", "delete"])
def test_a_step_that_is_none_is_refused(staff: Client, photo: str, do: str) -> None:
    assert staff.post(f"{photo}/next", data={"do": do}, headers=OURS).status_code == 400


def test_what_is_overdue_or_mine_stands_by_itself_the_longest_overdue_first(staff: Client, record: Record) -> None:
    day = TODAY
    told: dict[str, dict[str, Any]] = {
        "Mine": {"assignee": "admin of all services"},
        "Late": {"assignee": "Somebody", "due": day - dt.timedelta(days=2)},
        "Later": {"due": day - dt.timedelta(days=9)},
        "In time": {"assignee": "Somebody", "due": day + dt.timedelta(days=9)},
        "Done": {"due": day - dt.timedelta(days=9), "status": "resolved"},
        **{f"Due today {number}": {"assignee": "Somebody", "due": day} for number in range(12)},
    }
    with record.transaction() as session:
        for title, more in told.items():
            made_up.report(session, made_up.issue(session, "blue-badge", title, **more), "A report")
    found = today(staff)["yours"]
    assert titles(found) == ["Later", "Late", "Mine"]
    assert [row["is_overdue"] for row in found] == [True, True, False]
    assert "Overdue 1 report in all. The latest came" in words_of(staff.get("/dashboard"))


def test_what_came_back_what_planned_work_explains_and_what_is_snoozed_have_places_of_their_own(
    staff: Client, record: Record
) -> None:
    with record.transaction() as session:
        service = access.service(session, "blue-badge")
        finding(session, "blue-badge", "Back", 4, kind="regression")
        finding(session, "blue-badge", "Snoozed", 4).snoozed_until = TODAY + dt.timedelta(days=7)
        finding(session, "blue-badge", "Explained", 4, ago=30 * AN_HOUR)
        at, until = made_up.NOW - 31 * AN_HOUR, made_up.NOW - 29 * AN_HOUR
        session.add(Change(service_id=service.id, kind=ChangeKind.PLANNED, what="Works", at=at, until=until))
        for piece in session.query(Signal).filter_by(kind="new").all():
            piece.last_report_at = at
    found = today(staff)
    assert titles(found["came_back"]) == ["Back"]
    assert sorted(titles(found["quiet"])) == ["Explained", "Snoozed"]
    assert "Needs nothing from you now: 2 in hand" in words_of(staff.get("/dashboard"))


def test_a_fix_says_what_it_did_once_that_can_be_told(staff: Client, record: Record) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, "blue-badge", "Letter never came")
        other = made_up.issue(session, "blue-badge", "Others")
        for days in range(1, 40):
            at = made_up.NOW - dt.timedelta(days=days)
            made_up.report(session, other, "Another", said_at=at)
            for _ in range(3 if days > 15 else 0):
                made_up.report(session, issue, "No letter", said_at=at)
        done = ActionTaken(what="A new printer", at=made_up.NOW - dt.timedelta(days=15))
        lifecycle.record_action(session, made_up.EDITOR, issue, done)
        lifecycle.record_action(session, made_up.EDITOR, other, ActionTaken(what="Just now"))
    [fix] = today(staff)["fixes"]
    assert fix["title"] == "Letter never came" and fix["outcome"]["verdict"] == "worked"
    assert "Worked −" in words_of(staff.get("/dashboard"))


def test_what_is_new_since_somebody_last_looked_is_new_for_a_visit_and_no_longer(
    client: Client, record: Record, blue_badge: str
) -> None:
    with record.transaction() as session:
        person = people.add(session, "Ada", ADA)
        people.appoint(session, person, Role.editor, access.service(session, blue_badge), by="test")
        person.looked_at = made_up.NOW - 5 * AN_HOUR
        finding(session, blue_badge, "Older", 4, ago=6 * AN_HOUR)
        finding(session, blue_badge, "Newer", 4, ago=4 * AN_HOUR)
        finding(session, blue_badge, "Perhaps", 2, tier="watch")
        finding(session, blue_badge, "Slowly", 2, tier="watch", evidence={"scale": "slow"})
        found = made_up.issue(session, blue_badge, "Found")
        session.add(
            IssueTally(issue_id=found.id, channel="web", reports=3, raw=3, severity=0.5,
                       first_seen=made_up.NOW, last_seen=made_up.NOW)
        )  # fmt: skip
    client.post(f"/sign-in/{printed(record, ADA)}", headers=OURS, follow_redirects=False)
    for _ in range(2):  # the first look, and going back to it
        page = words_of(client.get("/dashboard"))
        assert page.count("New to you") == 1 and "Newer Blue Badge New problem New to you" in page
        assert "Perhaps Blue Badge . Watched: it may be chance" in page
        assert "Slowly Blue Badge . Rose over the last weeks, and is watched: it may be chance" in page
        assert "Found Blue Badge . People report it" in page
    with record.transaction() as session:
        session.query(Person).one().looked_at = made_up.NOW - 2 * AN_HOUR
    client.get("/dashboard")
    assert "New to you" not in words_of(client.get("/dashboard"))


def test_urgent_pieces_come_first_of_all(staff: Client, record: Record, photo: str) -> None:
    with record.transaction() as session:
        said = dt.datetime.now(dt.UTC) - dt.timedelta(hours=30)
        piece = made_up.report(session, made_up.issue(session, "blue-badge"), "Urgent", said_at=said)
        session.add(HeldRaw(feedback_id=piece.id, wrapped_key=b"", sealed=b""))
    seen = words_of(staff.get("/dashboard"))
    assert seen.startswith("Today Cannot wait 1 urgent piece of feedback Blue Badge , the first said")
    [urgent] = today(staff)["urgent"]
    assert urgent["count"] == 1 and dt.datetime.fromisoformat(urgent["since"]) == said


def test_who_sees_one_service_is_told_of_that_one_alone(client: Client, record: Record, photo: str) -> None:
    with record.transaction() as session:
        services.add(session, "bins", "Bins")
        finding(session, "bins", "Bin not emptied", 4)
    key = credential(record, "key", Role.reader, "bins")
    found = client.get("/v1/today", headers={"Authorization": f"Bearer {key}"}).json()
    assert titles(found["needs"]) == ["Bin not emptied"] and "Photo" not in str(found)


def test_the_first_view_is_small(staff: Client, record: Record) -> None:
    """At most 30 kB on the wire, with a full list: the page, its style and its icon, as they are compressed."""
    with record.transaction() as session:
        for number in range(15):
            finding(session, "blue-badge", f"Thing number {number} does not work", 4)
    page = staff.get("/dashboard")
    links = re.findall(r'(?:src|rel="stylesheet" href|rel="icon" href)="([^"]+)"', page.text)
    sizes = [int(staff.get(path).headers.get("content-length", 0)) for path in ("/dashboard", *links)]
    assert links and all(sizes) and sum(sizes) <= 30_000, sizes
