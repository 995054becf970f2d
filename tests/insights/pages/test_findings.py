"""What the dashboard says of a signal: why it stands out, what is only watched, and that it was a false alarm."""

import datetime as dt
import re

import pytest
from sqlalchemy import select, update

from feedback.record import access
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Change, Issue, ServiceWork, Signal, Statement
from feedback.record.states import WorkStage
from insights.detection.detector import State
from insights.detection.observation import hours
from insights.detection.state import serialize
from insights.detection.statistics.calibration import Calibration
from insights.detection.statistics.gamma_poisson import WEEK_HOURS
from tests.insights import made_up
from tests.insights.pages.signed_in import OURS, Client, signed_in, words_of


@pytest.fixture
def signal(record: Record, photo: str) -> str:
    """The path that calls the signal of the photo a false alarm."""
    with record.transaction() as session:
        found = session.execute(
            update(Signal).values(evidence={"against": ["one channel only"], "chance": 1e-5}).returning(Signal.id)
        )
        at = made_up.NOW.replace(microsecond=0)
        service = access.service(session, "blue-badge")
        session.add(Change(service_id=service.id, kind="release", what="2.41", at=at))
        return f"/dashboard/signals/{found.scalar_one()}/false-alarm"


def test_the_page_of_an_issue_says_why_it_stands_out(staff: Client, photo: str, signal: str) -> None:
    seen = words_of(staff.get(photo))
    assert "Why it stands out" in seen
    assert "One caller said: “ The photo fails" in seen
    by_chance = "By chance alone, so many would come together less than once in 100 years."
    assert f"Very likely real, not chance. Why {by_chance} Be careful: " in seen, "at a glance"
    assert f"Very likely real, not chance. {by_chance}" in seen, "beneath, as it was noticed"
    assert "Began within an hour of release 2.41." in seen
    assert "all of them came by one channel, so that channel may be the cause." in seen


def test_cards_say_what_is_known_now_beside_what_it_was_raised_on(
    staff: Client, record: Record, photo: str, signal: str
) -> None:
    with record.transaction() as session:
        session.execute(update(Signal).values(since=made_up.NOW - dt.timedelta(hours=2)))
        for ago in (30, 20, 10):
            issue = session.scalars(select(Issue)).one()
            at = made_up.NOW - dt.timedelta(minutes=ago)
            made_up.report(session, issue, f"No photo goes through, try {ago}", "sms", said_at=at)
    for path in ("/dashboard", "/dashboard/blue-badge", photo):
        seen = words_of(staff.get(path))
        assert re.search(r"\b7 reports since", seen) and "by phone and by text message" in seen
        if path != "/dashboard":  # which tells of each what is known now, and leaves how it was raised to these two
            assert "4 reports in 48 h (normally none or one in that time)" in seen
            assert "No photo goes through, try 10" in seen


def test_an_editor_calls_it_a_false_alarm_and_takes_that_back(staff: Client, photo: str, signal: str) -> None:
    page = staff.post(signal, data={"why": "A rehearsal"}, headers=OURS)
    assert page.url.path == photo
    assert "called this a false alarm" in words_of(page) and "A rehearsal" in words_of(page)
    assert "Nothing needs you now" in words_of(staff.get("/dashboard"))
    assert "staff called 1 of them a false alarm" in words_of(staff.get("/dashboard/blue-badge"))
    assert "This is a false alarm" in words_of(staff.post(signal, data={"undo": "yes"}, headers=OURS))
    assert "Photo will not upload" in words_of(staff.get("/dashboard"))


def test_the_page_of_a_service_says_by_what_its_own_past_makes_it_more_careful(
    staff: Client, record: Record, photo: str
) -> None:
    said = "times as unlikely as is common before you are warned of it"
    assert said not in words_of(staff.get("/dashboard/blue-badge"))
    with record.transaction() as session:
        service, past = access.service(session, "blue-badge").id, serialize(State(calibration=_stirring()))
        session.add(ServiceWork(service_id=service, kind="notice", stage=WorkStage.OPEN, remembered=past))
    assert f"a finding has to be 1.9 {said}" in words_of(staff.get("/dashboard/blue-badge"))


def _stirring() -> Calibration:
    """Of a service that has been known for 26 weeks, in which something stirred twice a week."""
    now = hours(dt.datetime.now(dt.UTC))
    known = Calibration().started(now - 26 * WEEK_HOURS)
    for number in range(52):
        known = known.with_near_miss([number], now - number / 2 * WEEK_HOURS)
    return known


def test_who_only_reads_has_no_button_and_other_sites_cannot_press_it(
    client: Client, record: Record, photo: str, signal: str
) -> None:
    signed_in(client, record, Role.reader, "blue-badge")
    assert "This is a false alarm" not in client.get(photo).text
    assert client.post(signal, headers=OURS).status_code == 403
    assert client.post(signal, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_what_is_watched_tells_of_the_reports_that_other_issues_hold_so_far(
    staff: Client, record: Record, photo: str, signal: str
) -> None:
    with record.transaction() as session:
        session.execute(update(Signal).values(tier="watch"))
        other = made_up.issue(session, "blue-badge", "Upload fails")
        session.execute(update(Statement).values(issue_id=other.id))
    issue = staff.get(photo)
    told = words_of(issue)
    assert "4 reports since then; normally none or one in that time." in told and "0 reports" not in told
    assert "They came by phone only." in told and "Nothing of it is kept" not in told
    assert "counts in other issues until it is sure. Read it there: Upload fails" in told
    assert f'/dashboard/issues/{other.id}#statements"' in issue.text
    assert "we go on watching, and nobody is alerted until it is sure enough" in told


def test_what_is_watched_stands_apart(staff: Client, record: Record, photo: str, signal: str) -> None:
    with record.transaction() as session:
        session.execute(update(Signal).values(tier="watch"))
    today, service = words_of(staff.get("/dashboard")), words_of(staff.get("/dashboard/blue-badge"))
    assert "Nothing needs you now" in today and "1 watched" in today
    assert "Nothing has started or grown beyond chance." in service
    assert "so nobody was alerted. Read a few, and judge by what you know. Photo will not upload “ The photo" in service
    assert "By now 4 reports since" in service and "The latest came" in service
    issue = words_of(staff.get(photo))
    assert (
        "4 reports in 48 h (normally none or one in that time), since" in issue
        and "Not sure yet, it may be chance" in issue
    )


def test_a_service_of_which_too_little_is_said_tells_so(staff: Client, photo: str) -> None:
    assert "Too little is said to tell" in words_of(staff.get("/dashboard"))
    assert "nothing can be told from so few" in words_of(staff.get("/dashboard/blue-badge"))


def test_what_changed_lately_is_listed(staff: Client, photo: str, signal: str) -> None:
    assert "What changed lately" in words_of(staff.get("/dashboard/blue-badge"))
    assert "release 2.41" in words_of(staff.get("/dashboard/blue-badge"))
