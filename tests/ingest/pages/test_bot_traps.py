"""What machines do on the form, and people do not: answered as usual, kept, and counted for nothing."""

import re
import time

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record.db import Record
from feedback.record.models import Feedback, Statement
from ingest.pages.bot_traps import HONEYPOT, LEAST_SECONDS
from workers.actors.clean import CLEAN
from workers.runtime.actor import Worker, work_once

FORM = "/services/blue-badge/feedback"
Client = TestClient[Litestar]


def key_of_a_form(client: Client) -> str:
    found = re.search(r'name="key" value="([^"]+)"', client.get(FORM).text)
    assert found
    return found[1]


def sent(client: Client, worker: Worker, **fields: str) -> Feedback:
    """The piece as it is stored once it is cleaned."""
    page = client.post(FORM, data={"message": "The photo page fails when I send it", **fields})
    assert page.status_code == 200 and "Thank you" in page.text
    assert work_once(worker, CLEAN)
    with worker.record.transaction() as session:
        return session.scalars(select(Feedback).order_by(Feedback.received_at.desc())).first() or pytest.fail("nothing")


def is_spam(record: Record, piece: Feedback) -> bool:
    with record.transaction() as session:
        evidence = session.scalars(select(Statement.evidence).where(Statement.feedback_id == piece.id)).all()
    told = [verdict["reason"] for verdict in piece.verdicts if verdict["name"] == "spam"]
    assert evidence and (piece.weight == 0) == bool(told) == (not any(evidence))
    assert piece.text, "nothing is lost"
    return any("machine" in reason for reason in told)


def test_a_field_that_nobody_sees_is_filled_in_by_machines(client: Client, worker: Worker, blue_badge: str) -> None:
    assert is_spam(worker.record, sent(client, worker, **{HONEYPOT: "https://pills.example"}))


def test_people_take_longer_than_machines(client: Client, worker: Worker, blue_badge: str) -> None:
    key = key_of_a_form(client)
    assert is_spam(worker.record, sent(client, worker, key=key))
    time.sleep(LEAST_SECONDS)
    assert not is_spam(worker.record, sent(client, worker, key=key, message="Sent again at leisure by a person"))


@pytest.mark.parametrize("key", ["", "one-form", "a.1.b", "..", "é.٣.x"])
def test_a_key_that_is_not_of_our_forms_tells_nothing(
    client: Client, worker: Worker, blue_badge: str, key: str
) -> None:
    assert not is_spam(worker.record, sent(client, worker, key=key))


def test_the_trap_is_neither_read_out_nor_reached_by_the_keyboard(client: Client, blue_badge: str) -> None:
    page = client.get(FORM).text
    trap = re.search(r'<div class="trap" aria-hidden="true">(.*?)</div>', page, re.DOTALL)
    assert trap and f'name="{HONEYPOT}"' in trap[1] and 'tabindex="-1"' in trap[1] and 'autocomplete="off"' in trap[1]
    assert ".trap { display: none; }" in client.get(re.search(r'href="([^"]+citizen.css)"', page)[1]).text  # type: ignore[index]
