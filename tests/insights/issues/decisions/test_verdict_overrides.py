"""Nothing is dropped: what the machine set aside, people can count, and the other way round."""

import datetime as dt
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import AuditEntry, Feedback, Statement
from tests.insights.api.test_held import key
from tests.walking import put, walk
from tests.workers.actors.test_pipeline import COPY, weights
from tests.workers.texts import USUAL, said
from workers.runtime.actor import Worker

Client = TestClient[Litestar]
SPAM = "WINNER!! Claim your FREE £1000 prize now, call 09061701461 before midnight! T&Cs apply www.prize-claim.com"


@pytest.fixture
def editor(record: Record, blue_badge: str) -> dict[str, str]:
    return key(record, Role.editor)


def overrule(client: Client, who: dict[str, str], piece: str, counts: bool) -> Any:
    return client.patch(f"/v1/feedback/{piece}", json={"counts": counts, "reason": "I know better"}, headers=who)


def pieces(record: Record) -> list[Feedback]:
    with record.transaction() as session:
        return list(session.scalars(select(Feedback).order_by(Feedback.said_at, Feedback.id)))


def test_spam_is_shown_with_its_reason_joins_nothing_and_can_be_counted(
    worker: Worker, client: Client, record: Record, editor: dict[str, str]
) -> None:
    [accepted] = put(worker, SPAM)
    walk(worker)
    [shown] = client.get("/v1/services/blue-badge/feedback?only=uncounted", headers=editor).json()["items"]
    assert shown["counts"] is False and shown["verdicts"][0]["reason"].startswith("Reads like an advertisement")
    answer = overrule(client, editor, str(accepted.id), counts=True).json()
    assert answer["counts"] is True and answer["verdicts"][-1] == {
        "name": "counted",
        "reason": "I know better",
        "by": "editor of blue-badge",
    }
    [piece] = pieces(record)
    assert (piece.stage, piece.noticed) == ("group", False)
    walk(worker)
    [piece] = pieces(record)
    assert (piece.stage, piece.weight) == ("done", 1)
    with record.transaction() as session:
        assert any(session.scalars(select(Statement.evidence)))
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject == f"feedback:{accepted.id}")).all()
    assert acts == ["feedback counted"]


def test_what_is_set_aside_leaves_its_issue_and_comes_back_when_it_counts_again(
    worker: Worker, client: Client, record: Record, editor: dict[str, str]
) -> None:
    put(worker, *said(USUAL, 120), at=dt.datetime.now(dt.UTC) - dt.timedelta(days=4))
    walk(worker)
    [issue, *_] = client.get("/v1/services/blue-badge/issues", headers=editor).json()["items"]
    piece = issue["quotes"][0]["feedback_id"]

    def now() -> tuple[int, bool]:
        view = client.get(f"/v1/issues/{issue['id']}", headers=editor).json()
        return view["raw"], piece in [quote["feedback_id"] for quote in view["quotes"]]

    assert overrule(client, editor, piece, counts=False).json()["issues"] == []
    assert now() == (issue["raw"] - 1, False)
    walk(worker)
    assert now() == (issue["raw"] - 1, False)
    assert overrule(client, editor, piece, counts=True).status_code == 200
    walk(worker)
    assert client.get(f"/v1/feedback/{piece}", headers=editor).json()["issues"] == [issue["id"]]
    assert now()[0] == issue["raw"]


def test_of_the_copies_of_what_is_set_aside_the_next_counts(
    worker: Worker, client: Client, record: Record, editor: dict[str, str]
) -> None:
    for number in range(4):
        put(worker, f"{COPY}{'!' * number}")
        walk(worker)
    first = pieces(record)[0]
    overrule(client, editor, str(first.id), counts=False)
    assert weights(worker) == [0, 1, 0, 0]
    assert [piece.copy_of for piece in pieces(record)[2:]] == [pieces(record)[1].id] * 2
    put(worker, f"{COPY}?")
    walk(worker)
    assert weights(worker) == [0, 1, 0, 0, 0]


def test_a_copy_that_people_count_stays_counted_when_more_come(
    worker: Worker, client: Client, record: Record, editor: dict[str, str]
) -> None:
    for number in range(4):
        put(worker, f"{COPY}{'!' * number}")
        walk(worker)
    overrule(client, editor, str(pieces(record)[2].id), counts=True)
    put(worker, f"{COPY}?")
    walk(worker)
    assert weights(worker) == [1, 0, 1, 0, 0]


def test_readers_overrule_nothing_and_nobody_overrules_what_has_no_text(
    worker: Worker, client: Client, record: Record, editor: dict[str, str]
) -> None:
    [accepted] = put(worker, "Not read yet")
    assert overrule(client, key(record, Role.reader), str(accepted.id), counts=False).status_code == 403
    assert overrule(client, editor, str(accepted.id), counts=False).status_code == 409
