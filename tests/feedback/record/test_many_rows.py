"""Many rows are written by one statement as they would be one by one."""

import datetime as dt
from typing import Any

import numpy as np
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from feedback.record.db import Record
from feedback.record.models import Feedback, Statement, UntalliedIssue
from feedback.record.models.base import as_table, update_rows
from tests.insights import made_up

TEXT = 'She said "no": C:\\new\ttab\nline, £5 – 😀 \\u0041 {"a": null}'


def reports(session: Session, service: str, count: int) -> list[Feedback]:
    issue = made_up.issue(session, service)
    return [made_up.report(session, issue, f"Gate {number} is locked") for number in range(count)]


def test_each_kind_of_value_is_read_as_it_was_written(record: Record, blue_badge: str) -> None:
    values = {
        "text": TEXT,
        "said_at": dt.datetime(2026, 3, 29, 1, 30, 0, 123456, dt.UTC),
        "fingerprint": bytes(range(256)),
        "bands": [-(2**63), 0, 2**63 - 1],
        "attributes": {"a \\ b": TEXT},
        "verdicts": [{"name": "spam", "reason": None}],
        "urgent": None,
        "confidence": 0.1 + 0.2,
        "weight": 0,
    }
    with record.transaction() as session:
        one, other = (row.id for row in reports(session, blue_badge, 2))
        update_rows(session, Feedback, [{"id": one, **values}, {"id": other, **values}])
    with record.transaction() as session:
        for identity in (one, other):
            row = session.get_one(Feedback, identity)
            assert {name: getattr(row, name) for name in values} == values


def test_new_rows_have_their_vectors_and_the_defaults_of_what_is_not_named(record: Record, blue_badge: str) -> None:
    vector = np.linspace(-1, 1, 384, dtype=np.float32)
    with record.transaction() as session:
        [row] = reports(session, blue_badge, 1)
        session.execute(delete(Statement))
        said: dict[str, Any] = {
            "feedback_id": row.id,
            "service_id": row.service_id,
            "said_at": row.said_at,
            "text": TEXT,
        }
        said |= {"begin": 0, "end": 9, "language": "en", "kind": "problem", "filler": False, "evidence": True}
        said |= {"severity": 0.5, "offset": None, "embedded_by": "e", "text": TEXT}
        vectors: list[dict[str, Any]] = [{"position": 0, "vector": vector}, {"position": 1, "vector": None}]
        rows = [{**said, **its} for its in vectors]
        session.execute(insert(Statement).from_select(list(rows[0]), select(*as_table(Statement, rows).c)))
    with record.transaction() as session:
        first, second = session.scalars(select(Statement).order_by(Statement.position))
        assert first.id != second.id
        assert first.vector is not None
        assert np.abs(np.array(first.vector) - vector).max() < 1e-3
        assert (second.vector, first.text, first.issue_id) == (None, TEXT, None)


def test_triggers_run_once_for_all_rows_and_no_other_row_is_touched(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        for number in range(20):
            made_up.report(session, issue, f"Gate {number} is locked")
        session.execute(delete(UntalliedIssue))
        first, *_, last = ids = list(session.scalars(select(Statement.id).order_by(Statement.id)))
        update_rows(session, Statement, [{"id": it, "issue_id": None} for it in reversed(ids[1:-1])])
        assert session.scalar(select(func.count()).select_from(UntalliedIssue)) == 1
        assert set(session.scalars(select(Statement.id).where(Statement.issue_id.is_not(None)))) == {first, last}


def test_nothing_to_write_is_nothing_done(record: Record) -> None:
    with record.transaction() as session:
        update_rows(session, Statement, [])
