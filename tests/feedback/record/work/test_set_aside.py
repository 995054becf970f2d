"""Whatever was set aside is counted under the stage that it failed in, and goes back there."""

import datetime as dt

import pytest
from sqlalchemy import select

from feedback.operation import load
from feedback.record.db import Record
from feedback.record.models import Claimable, Contact, Feedback, Service, ServiceWork, Subscription, Upload, WideWork
from feedback.record.work.set_aside import put_back, put_back_work

NOW = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)

PIECE = {"channel": "web", "receipt": "R1", "caller": "test", "digest": b"", "said_at": NOW}
FILE = {"by": "owner", "file": "bins.csv", "size": 1, "day": NOW.date()}


@pytest.mark.parametrize(
    ("row", "failed_in", "back_in"),
    [
        (Feedback(**PIECE), "clean", "clean"),
        (Feedback(**PIECE, text="The bin is full"), "group", "group"),
        (Upload(**FILE), "take_in", "take_in"),
        (Upload(**FILE, ended_at=NOW), "take_back", "take_back"),
        (ServiceWork(kind="notice"), "notice", "open"),
        (WideWork(kind="themes"), "themes", "open"),
        (Subscription(kind="webhook", shown="", sealed=b""), "deliver", "open"),
        (Contact(purpose="outcome", wrapped_key=b"", sealed=b"", digest=b""), "answer", "waiting"),
    ],
    ids=lambda it: it if isinstance(it, str) else type(it).__name__,
)
def test_what_is_set_aside_is_told_by_its_stage_and_goes_back_there(
    record: Record, row: Claimable, failed_in: str, back_in: str
) -> None:
    with record.transaction() as session:
        service = Service(slug="bins", name="Bins", stored_properties={})
        session.add(service)
        session.flush()
        if isinstance(row, Contact):
            piece = Feedback(**PIECE, service_id=service.id, stage="done")
            session.add(piece)
            session.flush()
            row.feedback_id = piece.id
        elif not isinstance(row, WideWork):
            row.service_id = service.id  # type: ignore[attr-defined]
        row.stage, row.attempts, row.reason = "set_aside", 4, "its supplier was away"
        session.add(row)
        session.flush()
        assert load.set_aside(session) == {failed_in: 1}
        assert put_back(session) + put_back_work(session) == 1
        assert load.set_aside(session) == {}
        [again] = session.scalars(select(type(row)))
        session.refresh(again)
        assert (again.stage, again.attempts, again.reason) == (back_in, 0, None)
