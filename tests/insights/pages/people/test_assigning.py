"""Assigning an issue: the names of colleagues are proposed, and the page says whether they are told of it."""

import uuid

import pytest

from feedback.record import access
from feedback.record.access import Role, people
from feedback.record.db import Record
from feedback.record.models import Issue
from tests.insights import made_up
from tests.insights.pages.people.entering import enter
from tests.insights.pages.signed_in import OURS, Client, words_of


@pytest.fixture
def issue(record: Record, ann: str) -> uuid.UUID:
    """Ann, Bo and an admin may decide about it, and a reader and somebody of another service may not."""
    with record.transaction() as session:
        place = access.service(session, "blue-badge")
        staff = {"Bo": (Role.editor, place), "Read": (Role.reader, place), "Ada": (Role.admin, None)}
        for name, (role, service) in staff.items():
            people.appoint(session, people.add(session, name, f"{name}@example.org"), role, service, by="test")
        other = people.add(session, "Other", "other@example.org")
        people.appoint(session, other, Role.owner, access.service(session, "bins"), by="test")
        return made_up.emerging(session, "blue-badge").id


def test_the_names_of_those_who_may_decide_are_proposed(browser: Client, record: Record, issue: uuid.UUID) -> None:
    staff = enter(browser, record)
    for path, field in ((f"/dashboard/issues/{issue}", "assignee"), ("/dashboard/blue-badge", "to_whom")):
        page = staff.get(path).text
        proposed = page.partition(f'<datalist id="{field}-proposed">')[2].partition("</datalist>")[0]
        assert f'list="{field}-proposed"' in page
        assert [part.partition('"')[0] for part in proposed.split('value="')[1:]] == ["Ada", "Ann O&#39;Hara", "Bo"]


def test_who_acknowledges_is_told_what_others_see(browser: Client, record: Record, issue: uuid.UUID) -> None:
    page = enter(browser, record).post(
        f"/dashboard/issues/{issue}/decide", data={"status": "acknowledged"}, headers=OURS
    )
    assert "Acknowledged: others see that you are looking into it." in words_of(page)


@pytest.mark.parametrize(
    ("assignee", "says"),
    [
        ("Bo", "Assigned. They get an e-mail in a minute, unless you undo it."),
        ("The print team", "Assigned. No e-mail goes to them: tell them yourself."),
        ("Ann O'Hara", "Assigned to you."),
        ("", "Saved. It stands in the history."),
    ],
)
def test_it_is_said_whether_whoever_sees_to_it_is_told(
    browser: Client, record: Record, issue: uuid.UUID, assignee: str, says: str
) -> None:
    with record.transaction() as session:
        session.get_one(Issue, issue).assignee = "Ada"
    staff = enter(browser, record)
    page = staff.post(f"/dashboard/issues/{issue}/decide", data={"assignee": assignee}, headers=OURS)
    assert says in words_of(page)
    of_all = {"issue": str(issue), "act": "assign", "to_whom": "Ada", "sure": "yes", "view": ""}
    several = staff.post("/dashboard/blue-badge/issues", data=of_all, headers=OURS)
    assert "They get an e-mail in a minute" in words_of(several)
