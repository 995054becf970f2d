"""Who asked to hear of it is told once, and then forgotten."""

from email.message import EmailMessage

import pytest
from sqlalchemy import select

from feedback.record import contacts
from feedback.record.db import Record
from feedback.record.models import Contact, Feedback
from insights.alerts import mail
from insights.egress.client import Answer
from insights.egress.wire import Unreachable
from tests.insights import made_up
from workers.answer import ANSWER
from workers.station import Worker, work_once


def resolved(record: Record, slug: str, contact: str) -> None:
    """An issue, resolved, of which one citizen spoke who left this contact."""
    with record.transaction() as session:
        issue = made_up.issue(session, slug)
        piece = made_up.report(session, issue, "The photo page fails")
        contacts.keep(session, record.keys, {piece.id: contact})
        session.flush()
        contacts.tell_of(session, issue.id)


def kept(record: Record) -> list[str]:
    with record.transaction() as session:
        return list(session.scalars(select(Contact.stage)))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    letters: list[EmailMessage] = []

    def send(_: object, letter: EmailMessage) -> Answer:
        letters.append(letter)
        return Answer(250, "accepted", None)

    monkeypatch.setattr(mail, "send", send)
    return letters


def test_one_message_tells_of_it_and_the_address_is_destroyed(
    worker: Worker, blue_badge: str, sent: list[EmailMessage]
) -> None:
    resolved(worker.record, blue_badge, "citizen@example.org")
    assert work_once(worker, ANSWER) and not work_once(worker, ANSWER)
    [letter] = sent
    with worker.record.transaction() as session:
        receipt = session.scalars(select(Feedback.receipt)).one()
    body = letter.get_body(("plain",))
    assert letter["To"] == "citizen@example.org" and body and f"/receipts/{receipt}" in body.get_content()
    assert kept(worker.record) == []


def test_a_server_that_is_away_is_asked_later(worker: Worker, blue_badge: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> Answer:
        raise Unreachable("no answer")

    monkeypatch.setattr(mail, "send", away)
    resolved(worker.record, blue_badge, "citizen@example.org")
    assert work_once(worker, ANSWER) and not work_once(worker, ANSWER)
    assert kept(worker.record) == ["waiting"]


def test_a_number_is_written_to_by_nobody(worker: Worker, blue_badge: str, sent: list[EmailMessage]) -> None:
    resolved(worker.record, blue_badge, "+44 7700 900123")
    work_once(worker, ANSWER)
    assert (sent, kept(worker.record)) == ([], ["waiting"])
