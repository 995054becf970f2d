"""What came when is counted by indexes, a page asks the same few things however much stands out, and plans fit."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Engine, event, literal, text
from sqlalchemy.orm import Session

from feedback.record import access, services
from feedback.record.access import scope
from feedback.record.db import Record
from feedback.record.models import Feedback, Statement
from insights.issues.counts_over_time import TimeSpan, day_said, day_spans, pieces_within, reports_by
from tests.insights import made_up

DAY = dt.timedelta(days=1)
NOW = made_up.NOW


def test_each_span_counts_the_pieces_from_its_begin_on_and_before_its_end(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        for back in (0, 1, 1, 2):
            made_up.report(session, issue, "x", said_at=NOW - back * DAY)
        made_up.report(session, issue, "a copy", said_at=NOW - DAY, weight=0)
        spans = [TimeSpan(issue.service_id, NOW - back * DAY, NOW - (back - 1) * DAY) for back in (1, 3, 0, 2)]
        assert pieces_within(session, spans) == [3, 0, 1, 1]
        assert pieces_within(session, spans, Feedback.weight > 0) == [2, 0, 1, 1]
        assert pieces_within(session, []) == []


def test_what_another_service_was_told_is_not_counted_for_who_may_not_see_it(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        services.add(session, "bins", "Bins")
        issue = made_up.issue(session, "bins")
        made_up.report(session, issue, "x")
        span = TimeSpan(issue.service_id, NOW - DAY, NOW)
        assert pieces_within(session, [span]) == [1]
        scope.limit(session, [access.service(session, blue_badge).id])
        assert pieces_within(session, [span]) == []
        assert reports_by(session, literal(0), [issue.service_id], NOW - DAY) == {}


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kathmandu", "America/St_Johns"])
def test_a_day_is_one_of_the_clocks_of_the_service(record: Record, blue_badge: str, zone: str) -> None:
    with record.transaction() as session:
        service = access.service(session, blue_badge)
        service.stored_properties = {"time_zone": zone}
        issue = made_up.issue(session, blue_badge)
        days = [dt.date(2026, 3, 27) + back * DAY for back in range(5)]  # with the last Sunday of March
        for begin in (span.begin for span in day_spans(service, days)):
            for since in (dt.timedelta(), dt.timedelta(minutes=1), dt.timedelta(hours=22, minutes=59)):
                made_up.report(session, issue, "x", said_at=begin + since)
        spans = day_spans(service, days)
        assert pieces_within(session, spans) == [3] * 5
        said = reports_by(session, day_said(service), [service.id], spans[0].begin)
        assert said == {issue.id: dict.fromkeys(days, 3)}


def test_a_piece_counts_once_whatever_it_says_and_not_where_it_has_no_weight(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        issue, other = (made_up.issue(session, blue_badge, title) for title in ("one", "other"))
        piece = made_up.report(session, issue, "x")
        made_up.report(session, issue, "a copy", weight=0)
        made_up.report(session, issue, "long ago", said_at=NOW - 9 * DAY)
        for to in (issue, other):
            more = {"feedback_id": piece.id, "service_id": issue.service_id, "said_at": piece.said_at}
            session.add(Statement(**more, issue_id=to.id, **made_up.problem("and more")))
        session.flush()
        counts = reports_by(session, literal(0), [issue.service_id], NOW - DAY)
        assert counts == {issue.id: {0: 1}, other.id: {0: 1}}
        assert reports_by(session, literal(0), [issue.service_id], NOW - DAY, Statement.issue_id == other.id) == {
            other.id: {0: 1}
        }


@contextmanager
def asked(engine: Engine) -> Iterator[list[str]]:
    """The statements of SQL that are sent meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def asks(client: TestClient[Litestar], app: Litestar, page: str, admin: dict[str, str]) -> int:
    """How many statements a page sends, with what else goes on meanwhile."""
    with asked(app.state.record.engine) as statements:
        assert client.get(page, headers=admin).status_code == 200
    return len(statements)


def stand_out(session: Session, slug: str, many: int) -> list[uuid.UUID]:
    return [made_up.emerging(session, slug).id for _ in range(many)]


def test_pages_ask_the_store_as_often_for_many_signals_as_for_one(
    client: TestClient[Litestar], app: Litestar, record: Record, blue_badge: str, admin: dict[str, str]
) -> None:
    counts: dict[str, list[int]] = {}
    client.get("/dashboard", headers=admin)  # notes that the key was used
    for many in (2, 6):
        with record.transaction() as session:
            issue = stand_out(session, blue_badge, many)[0]
        pages = ("/dashboard", "/dashboard/blue-badge", f"/dashboard/issues/{issue}")
        for page in pages:
            counts.setdefault(page[:17], []).append(min(asks(client, app, page, admin) for _ in range(2)))
    assert all(first == last for first, last in counts.values()), counts
    assert max(last for _, last in counts.values()) <= 45


def test_a_statement_is_planned_for_its_own_values_each_time(record: Record) -> None:
    """Since the sixth time of the same statement tells nothing of how many rows there are this time."""
    with record.transaction() as session:
        assert session.scalar(text("SHOW plan_cache_mode")) == "force_custom_plan"
