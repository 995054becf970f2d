"""The same is done with several issues of a list: asked first, nothing ticked is lost, and it can be undone."""

import datetime as dt
import re
import uuid

import pytest
from httpx import Response

from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Issue, Signal
from tests.insights import made_up
from tests.insights.pages.signed_in import OURS, Client, signed_in, words_of

HERE = "/dashboard/blue-badge/issues"
SOON = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=9)).isoformat()


@pytest.fixture
def staff(client: Client, record: Record, blue_badge: str) -> Client:
    return signed_in(client, record)


@pytest.fixture
def two(record: Record, blue_badge: str) -> list[str]:
    """The ids of an issue that emerges, with four reports, and of one with one report."""
    with record.transaction() as session:
        photo = made_up.emerging(session, blue_badge)
        letter = made_up.issue(session, blue_badge, "Letter never came", trend="steady")
        made_up.report(session, letter, "No letter")
        return [str(photo.id), str(letter.id)]


def send(staff: Client, ids: list[str], act: str, **more: str) -> Response:
    return staff.post(
        HERE, data={"issue": ids, "act": act, "view": "sort=title&trend=new&trend=steady", **more}, headers=OURS
    )


def stored(record: Record, ids: list[str]) -> list[Issue]:
    with record.transaction() as session:
        found = [session.get_one(Issue, uuid.UUID(each)) for each in ids]
        session.expunge_all()
        return found


def undo(staff: Client, page: Response) -> Response:
    token = re.search(r'name="undo" value="([^"]+)"', page.text)
    assert token, page.text
    return staff.post(f"{HERE}/undo", data={"undo": token[1]}, headers=OURS)


DECISIONS = [
    ("acknowledge", {}, "status", "acknowledged", "open"),
    ("assign", {"to_whom": "Ann"}, "assignee", "Ann", None),
    ("snooze", {"snoozed_until": SOON}, "snoozed_until", dt.date.fromisoformat(SOON), None),
    ("resolve", {"reason": "Mended"}, "status", "resolved", "open"),
]


@pytest.mark.parametrize(("act", "more", "field", "now", "before"), DECISIONS, ids=[one[0] for one in DECISIONS])
def test_a_decision_about_several_is_asked_first_done_to_all_and_undone_as_a_whole(
    staff: Client,
    record: Record,
    two: list[str],
    act: str,
    more: dict[str, str],
    field: str,
    now: object,
    before: object,
) -> None:
    question = words_of(send(staff, two, act, **more))
    assert "Photo will not upload" in question and "Letter never came" in question and "can be undone" in question
    assert [getattr(issue, field) for issue in stored(record, two)] == [before] * 2
    done = send(staff, two, act, sure="yes", **more)
    says = "tell them yourself" if act == "assign" else "all that were ticked"
    assert says in words_of(done) and done.url.params.get_list("trend") == ["new", "steady"]
    assert [getattr(issue, field) for issue in stored(record, two)] == [now] * 2
    assert "Undone" in words_of(undo(staff, done))
    assert [getattr(issue, field) for issue in stored(record, two)] == [before] * 2
    with record.transaction() as session:
        assert session.query(Signal).one().ended_at is None
    assert undo(staff, done).status_code == 400


def test_several_are_merged_into_the_one_that_is_kept_and_are_several_again(
    staff: Client, record: Record, two: list[str]
) -> None:
    photo, letter = two
    question = send(staff, two, "merge")
    assert re.findall(r'name="into" value="([^"]+)"( checked)?', question.text) == [(photo, " checked"), (letter, "")]
    done = send(staff, two, "merge", into=letter, sure="yes")
    assert [issue.merged_into for issue in stored(record, two)] == [uuid.UUID(letter), None]
    undo(staff, done)
    assert [issue.merged_into for issue in stored(record, two)] == [None, None]


@pytest.mark.parametrize(
    ("act", "more", "says"),
    [
        ("", {}, "Choose what to do"),
        ("assign", {"reason": "typed too"}, "Write who sees to them"),
        ("snooze", {"snoozed_until": "2020-01-01", "sure": "yes"}, "a day that is to come"),
        ("resolve", {}, "Write why"),
        ("merge", {"sure": "yes"}, "Tick the issues that you mean"),
    ],
)
def test_what_was_ticked_and_typed_stands_there_again_with_what_is_wrong(
    staff: Client, record: Record, two: list[str], act: str, more: dict[str, str], says: str
) -> None:
    page = send(staff, two, act, **more)
    assert page.status_code == 400 and says in page.text and "There is a problem" in page.text
    assert all(f'value="{each}" checked' in page.text for each in two)
    assert all(f'value="{typed}"' in page.text for name, typed in more.items() if name != "sure")
    assert {issue.status for issue in stored(record, two)} == {"open"}


def test_nothing_ticked_or_what_is_gone_is_said_and_no_loses_nothing(
    staff: Client, record: Record, two: list[str]
) -> None:
    assert "Tick the issues" in send(staff, [], "acknowledge").text
    back = staff.post(f"{HERE}/back", data={"issue": two, "act": "resolve", "reason": "So"}, headers=OURS)
    assert all(f'value="{each}" checked' in back.text for each in [*two, "resolve"]) and 'value="So"' in back.text
    with record.transaction() as session:
        photo, letter = (session.get_one(Issue, uuid.UUID(each)) for each in two)
        photo.merged_into = letter.id
    gone = send(staff, two, "acknowledge", sure="yes")
    assert gone.status_code == 400 and "Something has changed" in gone.text
    assert stored(record, two)[1].status == "open"
    assert send(staff, [str(uuid.uuid4())], "acknowledge").status_code == 400


def test_readers_and_others_change_nothing(client: Client, record: Record, two: list[str]) -> None:
    reader = signed_in(client, record, Role.reader, "blue-badge")
    assert 'name="issue"' not in reader.get("/dashboard/blue-badge").text
    assert send(reader, two, "acknowledge", sure="yes").status_code == 403
    assert {issue.status for issue in stored(record, two)} == {"open"}
