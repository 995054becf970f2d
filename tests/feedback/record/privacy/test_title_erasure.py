"""What the machine called an issue goes with the words that it was made of, wherever it was written down."""

import uuid
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record.db import Record
from feedback.record.models import Alert, Delivery, Issue, IssueEvent, Subscription
from feedback.record.privacy import erasure
from feedback.record.privacy.title_erasure import NAMELESS_TITLE
from tests.insights import made_up

Client = TestClient[Litestar]

MINE = "The zanzibarquux scanner at the desk is broken"


@pytest.fixture
def issue(record: Record, blue_badge: str) -> uuid.UUID:
    with record.transaction() as session:
        return made_up.issue(session, blue_badge, MINE).id


def said(record: Record, issue: uuid.UUID, text: str = MINE) -> uuid.UUID:
    with record.transaction() as session:
        return made_up.report(session, session.get_one(Issue, issue), text).id


def renamed(client: Client, admin: dict[str, str], issue: uuid.UUID, title: str) -> None:
    assert client.patch(f"/v1/issues/{issue}", json={"title": title}, headers=admin).status_code == 200


def erased(record: Record, *pieces: uuid.UUID) -> None:
    with record.transaction() as session:
        erasure.erase(session, pieces, by="test")


def details(record: Record, issue: uuid.UUID) -> list[dict[str, Any]]:
    with record.transaction() as session:
        query = select(IssueEvent.details).where(IssueEvent.issue_id == issue).order_by(IssueEvent.id)
        return [
            {key: value for key, value in row.items() if key not in {"other", "by_machine"}}
            for row in session.scalars(query)
        ]


def test_a_title_that_an_editor_replaced_leaves_the_history_with_its_words(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID
) -> None:
    piece = said(record, issue)
    renamed(client, admin, issue, "Scanner out of order")
    renamed(client, admin, issue, "Zanzibarquux")
    erased(record, piece)
    assert details(record, issue) == [
        {"was": NAMELESS_TITLE, "now": "Scanner out of order"},
        {"was": "Scanner out of order", "now": "Zanzibarquux"},
    ]


def test_a_title_that_others_still_say_stays_in_the_history(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID
) -> None:
    piece, _ = said(record, issue), said(record, issue)
    renamed(client, admin, issue, "Scanner out of order")
    erased(record, piece)
    assert details(record, issue) == [{"was": MINE, "now": "Scanner out of order"}]


def test_the_title_of_an_issue_that_was_taken_in_goes_too(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID, blue_badge: str
) -> None:
    piece = said(record, issue)
    with record.transaction() as session:
        into = made_up.issue(session, blue_badge, "Queue").id
    assert client.post(f"/v1/issues/{issue}/merge", json={"into": str(into)}, headers=admin).is_success
    assert {"title": MINE} in details(record, into)
    erased(record, piece)
    assert details(record, into) == [{"title": NAMELESS_TITLE}]


def test_a_title_made_of_single_words_goes_with_the_word_that_nobody_else_says(
    record: Record, issue: uuid.UUID
) -> None:
    piece, _ = said(record, issue), said(record, issue, "The scanner is slow")
    with record.transaction() as session:
        session.get_one(Issue, issue).title = "Scanner, desk, zanzibarquux"
    erased(record, piece)
    with record.transaction() as session:
        assert session.get_one(Issue, issue).title == "The scanner is slow"


def test_a_title_in_another_language_goes_with_its_words(record: Record, issue: uuid.UUID) -> None:
    welsh = "Mae'r sganiwr zanzibarquux wedi torri"
    piece, _ = said(record, issue, welsh), said(record, issue, "The scanner is slow")
    with record.transaction() as session:
        session.get_one(Issue, issue).titles = {"en": "The scanner is slow", "cy": welsh}
    erased(record, piece)
    with record.transaction() as session:
        assert session.get_one(Issue, issue).titles == {"en": "The scanner is slow"}


def test_a_status_is_no_title(client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID) -> None:
    piece = said(record, issue, "The door is never open")
    client.patch(f"/v1/issues/{issue}", json={"status": "in_progress"}, headers=admin)
    erased(record, piece)
    assert details(record, issue) == [{"was": "open", "now": "in_progress"}]


def test_what_receivers_answered_about_its_issue_goes(record: Record, issue: uuid.UUID) -> None:
    piece = said(record, issue)
    with record.transaction() as session:
        service_id = session.get_one(Issue, issue).service_id
        receiver = Subscription(service_id=service_id, kind="webhook", shown="x", sealed=b"", stage="idle")
        session.add(receiver)
        session.flush()
        facts = {"service": "blue-badge", "issue": {}, "signal": {}, "feedback_ids": []}
        about = {"service_id": service_id, "type": "signal.new", "facts": facts, "state": "sent"}
        alerts = [
            Alert(**about, cause="a", issue_id=issue, subscription_id=receiver.id),
            Alert(**about, cause="b", subscription_id=receiver.id),
        ]
        session.add_all(alerts)
        session.flush()
        session.add_all(
            Delivery(subscription_id=receiver.id, alert_ids=[alert.id], outcome="delivered", seconds=0.1, answer=MINE)
            for alert in alerts
        )
    erased(record, piece)
    with record.transaction() as session:
        assert sorted(session.scalars(select(Delivery.answer))) == ["", MINE]
