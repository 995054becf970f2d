"""Whoever an issue was assigned to gets a mail, once, unless they did it themselves or want none."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from feedback.record import access
from feedback.record.access import Principal, Role, people
from feedback.record.access.colleagues import set_assignment_mails
from feedback.record.db import Record
from feedback.record.models import Issue, IssueEvent, ServiceWork
from feedback.record.states import IssueStatus, WorkKind
from insights.alerts.delivery import assignments
from insights.issues.decisions import lifecycle, taking_back
from insights.issues.decisions.lifecycle import IssueDecision
from tests.insights import made_up
from tests.insights.mailbox import Box
from workers.actors.tell_assigned import TELL_ASSIGNED
from workers.runtime.actor import Worker, work_once

ADA = "Ada Lovelace"


@pytest.fixture
def mailing(worker: Worker, box: tuple[Box, str], blue_badge: str) -> Worker:
    """A worker that sends mail; Ada edits Blue Badge."""
    employ(worker.record, ADA, "ada@example.org")
    settings = replace(worker.record.settings, smtp_url=box[1])
    return replace(worker, record=Record(settings, worker.record.engine))


def employ(record: Record, name: str, email: str) -> int:
    with record.transaction() as session:
        person = people.add(session, name, email)
        people.appoint(session, person, Role.editor, access.service(session, "blue-badge"), by="test")
        return person.id


def reported(record: Record, *titles: str) -> None:
    with record.transaction() as session:
        for title in titles:
            issue = made_up.issue(session, "blue-badge", title)
            made_up.report(session, issue, f"{title}, says somebody")


def assign(record: Record, assignee: str | None, by: Principal = made_up.EDITOR, due: dt.date | None = None) -> None:
    """Assigns every issue."""
    with record.transaction() as session:
        for issue in session.scalars(select(Issue).order_by(Issue.id)):
            lifecycle.decide(session, by, issue, IssueDecision(assignee=assignee, due=due))


def told(mailing: Worker, box: tuple[Box, str]) -> Sequence[str]:
    """Whom mails go to once a minute has passed."""
    with mailing.record.transaction() as session:
        mine = ServiceWork.kind == WorkKind.TELL_ASSIGNED
        session.execute(update(ServiceWork).where(mine).values(due_at=ServiceWork.due_at - lifecycle.TOLD_AFTER))
    box[0].mails.clear()
    while work_once(mailing, TELL_ASSIGNED):
        pass
    return [str(letter["To"]) for letter in box[0].mails]


def test_one_mail_tells_of_all_that_was_assigned_by_whom_and_until_when(mailing: Worker, box: tuple[Box, str]) -> None:
    reported(mailing.record, "Photo fails", "Badge never comes")
    assign(mailing.record, ADA, due=dt.date(2027, 3, 31))
    assert not work_once(mailing, TELL_ASSIGNED), "it could still be undone"
    assert told(mailing, box) == ["ada@example.org"]
    [letter] = box[0].mails
    body, page = letter.get_body(("plain",)), letter.get_body(("html",))
    assert str(letter["Subject"]) == "[Blue Badge] Assigned to you: Photo fails and 1 more"
    assert body and page
    text = body.get_content()
    assert (
        "an editor assigned it to you.\r\nIt is due on 31 March 2027." in text
        and "“Photo fails, says somebody”" in text
    )
    assert text.count("/dashboard/issues/") == 2 and "Get no such mails: http" in text
    assert '/sessions" style' in page.get_content()
    assert told(mailing, box) == []


def test_nobody_is_told_of_what_they_took_themselves_or_of_what_was_undone_in_time(
    mailing: Worker, box: tuple[Box, str]
) -> None:
    reported(mailing.record, "Photo fails")
    assign(mailing.record, ADA, by=Principal(2, ADA, {None: Role.admin}))
    assert told(mailing, box) == []
    employ(mailing.record, "Bo", "bo@example.org")
    assign(mailing.record, "Bo")
    with mailing.record.transaction() as session:
        issue, last = session.scalars(select(Issue)).one(), session.scalars(select(IssueEvent.id)).all()[-1]
        taking_back.take_back(session, made_up.EDITOR, issue, last)
    assert told(mailing, box) == []


def test_who_gets_it_back_after_another_is_told_again(mailing: Worker, box: tuple[Box, str]) -> None:
    reported(mailing.record, "Photo fails")
    employ(mailing.record, "Bo", "bo@example.org")
    for name, address in ((ADA, "ada@example.org"), ("Bo", "bo@example.org"), (ADA.upper(), "ada@example.org")):
        assign(mailing.record, name)
        assert told(mailing, box) == [address]
    assign(mailing.record, None)
    assign(mailing.record, ADA.upper())
    assert told(mailing, box) == ["ada@example.org"]


def test_no_mail_goes_to_who_wants_none_to_a_stranger_or_about_what_is_settled(
    mailing: Worker, box: tuple[Box, str]
) -> None:
    reported(mailing.record, "Photo fails")
    assign(mailing.record, "The web team")
    assert told(mailing, box) == []
    assign(mailing.record, ADA)
    with mailing.record.transaction() as session:
        issue = session.scalars(select(Issue)).one()
        lifecycle.decide(session, made_up.EDITOR, issue, IssueDecision(status=IssueStatus.RESOLVED, reason="Mended"))
    assert told(mailing, box) == []
    wants_none = employ(mailing.record, "Cy", "cy@example.org")
    with mailing.record.transaction() as session:
        set_assignment_mails(session, wants_none, wanted=False)
        lifecycle.set_status(session, session.scalars(select(Issue)).one(), IssueStatus.OPEN)
    assign(mailing.record, "Cy")
    assert told(mailing, box) == []


def test_of_two_who_are_called_the_same_neither_is_guessed(mailing: Worker, box: tuple[Box, str]) -> None:
    employ(mailing.record, ADA, "ada.the.second@example.org")
    reported(mailing.record, "Photo fails")
    assign(mailing.record, ADA)
    assert told(mailing, box) == []


def test_a_mail_is_sent_again_by_the_same_id_where_the_server_was_away(mailing: Worker, box: tuple[Box, str]) -> None:
    reported(mailing.record, "Photo fails")
    assign(mailing.record, ADA)
    away = replace(mailing.record.settings, smtp_url="smtp://127.0.0.1:9")
    assert told(replace(mailing, record=Record(away, mailing.record.engine)), box) == []
    with mailing.record.transaction() as session:
        session.execute(update(ServiceWork).values(attempts=0, stage="open"))
    assert told(mailing, box) == ["ada@example.org"]


def test_whether_somebody_will_be_told_is_known_before(mailing: Worker) -> None:
    with mailing.record.transaction() as session:
        here = access.service(session, "blue-badge").id
        settings = mailing.record.settings
        ada = people.require(session, "ada@example.org")
        assert assignments.reach(session, settings, here, ADA) == "told"
        assert assignments.reach(session, settings, here, "Web team") == "stranger"
        assert assignments.reach(session, replace(settings, smtp_url=None), here, ADA) == "no_mail"
        set_assignment_mails(session, ada.id, wanted=False)
        assert assignments.reach(session, settings, here, ADA) == "wants_none"
