"""What is saved is confirmed where it happened, can be undone where there is a way, and what was entered is kept."""

import re

import pytest
from httpx import Response

from feedback.record.db import Record
from feedback.record.models import Issue, IssueEvent, Signal
from insights.pages import confirmations
from tests.insights import made_up
from tests.insights.pages.signed_in import OURS, Client, words_of

SAVED = re.compile(r'id="saved" role="status" tabindex="-1">\s*<p>([^<]*)</p>')


def post(client: Client, path: str, **fields: str) -> Response:
    return client.post(path, data=fields, headers=OURS)


def undo(client: Client, page: Response) -> Response:
    """Presses the button beside the confirmation."""
    form = page.text.partition('id="saved"')[2].partition("</form>")[0]
    found = re.search(r'action="([^"]+)"><input type="hidden" name="undo" value="([^"]+)"', form)
    assert found, "there is no way back"
    return post(client, found[1], undo=found[2])


def decide(client: Client, photo: str, **fields: str) -> Response:
    now = {"title": "Photo will not upload", "status": "open", "reason": "", "assignee": "", "due": ""}
    return post(client, f"{photo}/decide", **now | fields)


UNTOLD = "Assigned. No e-mail goes to them: tell them yourself."


def test_what_is_saved_is_confirmed_once_where_it_happened_and_the_address_leads_there(
    staff: Client, photo: str
) -> None:
    page = decide(staff, photo, assignee="Web team")
    assert SAVED.findall(page.text) == [UNTOLD] and page.url.fragment == "saved"
    assert page.text.index('id="do"') < page.text.index('id="saved"') < page.text.index('id="step-')
    assert SAVED.findall(decide(staff, photo, assignee="Web team").text) == ["Nothing was changed."]


def test_a_decision_is_taken_back_as_a_whole_and_nothing_of_it_is_left(
    staff: Client, record: Record, photo: str
) -> None:
    with record.transaction() as session:
        signal = session.query(Signal).one().id
    page = decide(staff, photo, title="Photos", status="resolved", reason="x", assignee="A", due="2027-03-31")
    with record.transaction() as session:
        assert session.get_one(Signal, signal).ended_at is not None
    assert SAVED.findall(undo(staff, page).text) == ["Undone: it is as it was before."]
    with record.transaction() as session:
        issue = session.query(Issue).one()
        assert (issue.title, issue.titled_by, issue.status) == ("Photo will not upload", "machine", "open")
        assert (issue.assignee, issue.due) == (None, None)
        assert session.get_one(Signal, signal).ended_at is None
        assert session.query(IssueEvent).filter_by(what="taken back").one().by == "admin of all services"


def test_what_has_been_changed_again_is_not_taken_back(staff: Client, record: Record, photo: str) -> None:
    page = decide(staff, photo, assignee="Web team")
    decide(staff, photo, assignee="Print team")
    assert undo(staff, page).status_code == 409
    with record.transaction() as session:
        assert session.query(Issue).one().assignee == "Print team"


def test_a_false_alarm_is_confirmed_and_undone_beside_its_reasons(staff: Client, record: Record, photo: str) -> None:
    with record.transaction() as session:
        signal = session.query(Signal).one().id
    page = post(staff, f"/dashboard/signals/{signal}/false-alarm", why="A test")
    assert "false alarm" in SAVED.findall(page.text)[0]
    assert "no false alarm" in SAVED.findall(undo(staff, page).text)[0]


@pytest.mark.parametrize(
    "asked",
    ["saved=no-such&at=top", "saved=saved&at=elsewhere", "saved=saved", "saved=%3Cb%3Ex&at=top", "at=top"],
)
def test_an_address_that_anybody_may_write_confirms_nothing_of_its_own_words(staff: Client, asked: str) -> None:
    assert "saved" not in re.findall(r'id="([^"]+)"', staff.get(f"/sessions?{asked}").text)


def test_what_an_undo_takes_back_is_an_id_and_never_an_address() -> None:
    for undo, kept in (("7", "7"), ("yes", "yes"), ("../../staff", ""), ("//example.org", ""), ("a" * 41, "")):
        address = confirmations.address("/x", "saved", "here", undo)
        confirmations._query.set(address.partition("?")[2].partition("#")[0].encode())
        found = confirmations.confirmation("here")
        assert found and found.undo == kept
    confirmations._query.set(b"")


def test_quiet_hours_that_cannot_be_keep_what_was_entered(staff: Client, record: Record, photo: str) -> None:
    made = post(staff, "/dashboard/blue-badge/alerts", kind="email", to="a@example.org", digest="at_once", key="k")
    assert SAVED.findall(made.text) == ["Subscribed. It is told from now on."]
    path = made.url.path
    page = post(staff, f"{path}/arrange", start="22:00", end="22:00", weekends="yes", to="", after_minutes="17")
    assert page.status_code == 400 and 'href="#end"' in page.text and "<details open>" in page.text
    assert page.text.count('value="22:00"') == 2 and 'value="17"' in page.text
    assert re.search(r'name="weekends" value="yes" checked', page.text)
    assert SAVED.findall(post(staff, f"{path}/arrange", start="22:00", end="07:00").text) == ["Saved."]


def test_a_reason_that_is_too_long_is_kept_beside_what_is_said_of_it(staff: Client, record: Record) -> None:
    with record.transaction() as session:
        piece = made_up.report(session, made_up.issue(session, "blue-badge"), "A report").id
    page = post(staff, f"/dashboard/feedback/{piece}/overrule", counts="no", reason="y" * 501)
    assert page.status_code == 400 and "y" * 501 in page.text
    done = post(staff, f"/dashboard/feedback/{piece}/overrule", counts="no", reason="A test")
    assert SAVED.findall(done.text) == ["Saved: whether it counts is as you said."]
    assert "does not count" in words_of(done)
