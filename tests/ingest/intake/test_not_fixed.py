"""What the holder of a receipt learns of it afterwards, and may say once more."""

import datetime as dt
import uuid

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select, update

from feedback.record.db import Record
from feedback.record.models import Action, Feedback, Issue, ServiceWork, Statement
from feedback.record.states import IssueStatus
from tests.insights import made_up

Client = TestClient[Litestar]

CODE = "0123-4567-89AB-CDEF"


@pytest.fixture
def issue(record: Record, blue_badge: str) -> uuid.UUID:
    """A resolved issue, of which the holder of CODE spoke, and what was done about it."""
    with record.transaction() as session:
        made = made_up.issue(session, blue_badge)
        piece = made_up.report(session, made, "The photo page fails", "call")
        session.execute(update(Statement).values(offset=252.5))
        piece.receipt, made.status, made.status_at = CODE, IssueStatus.RESOLVED, dt.datetime.now(dt.UTC)
        session.add(Action(issue_id=made.id, what="Larger photos are taken", at=made_up.NOW, by="Team"))
        return made.id


def reports(record: Record, issue: uuid.UUID) -> int:
    with record.transaction() as session:
        counted = select(func.count(Statement.feedback_id.distinct())).where(Statement.issue_id == issue)
        return session.scalar(counted) or 0


def test_the_receipt_tells_what_was_done(client: Client, issue: uuid.UUID) -> None:
    found = client.get(f"/v1/receipts/{CODE}").json()
    assert [action["what"] for action in found["done"]] == ["Larger photos are taken"]
    page = client.get(f"/receipts/{CODE}").text
    assert "Larger photos are taken" in page and "It is not fixed" in page


def test_it_is_not_fixed_counts_once_as_a_report_and_is_looked_at(
    client: Client, record: Record, issue: uuid.UUID
) -> None:
    assert client.post(f"/v1/receipts/{CODE}/not-fixed").status_code == 202
    assert client.post(f"/v1/receipts/{CODE}/not-fixed").status_code == 202
    assert reports(record, issue) == 2
    with record.transaction() as session:
        assert session.scalars(select(ServiceWork.kind)).all() == ["notice"]
        session.get_one(Issue, issue).status_at = dt.datetime.now(dt.UTC)
        assert session.scalars(select(Statement.offset)).all() == [252.5, 252.5]
    client.post(f"/v1/receipts/{CODE}/not-fixed")
    assert reports(record, issue) == 3


def test_the_page_thanks_for_saying_so(client: Client, issue: uuid.UUID) -> None:
    page = client.post(f"/receipts/{CODE}/not-fixed?lang=en")
    assert page.status_code == 200 and "We have told the team that it is not fixed for you" in page.text


def test_what_is_open_cannot_be_called_not_fixed(client: Client, record: Record, issue: uuid.UUID) -> None:
    with record.transaction() as session:
        session.get_one(Issue, issue).status = IssueStatus.IN_PROGRESS
    assert client.post(f"/v1/receipts/{CODE}/not-fixed").status_code == 409
    assert "It is not fixed" not in client.get(f"/receipts/{CODE}").text


def test_taking_it_back_takes_back_what_was_said_again(client: Client, record: Record, issue: uuid.UUID) -> None:
    client.post(f"/v1/receipts/{CODE}/not-fixed")
    client.delete(f"/v1/receipts/{CODE}")
    assert reports(record, issue) == 0
    with record.transaction() as session:
        assert set(session.scalars(select(Feedback.text))) == {None}
