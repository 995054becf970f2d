"""Who is told what, and when."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, text, update

from feedback.record.models import Alert, Feedback, Issue, Signal, Statement, new_id
from feedback.record.privacy import erasure
from insights.alerts.rules import fan_out
from insights.alerts.rules.timing import MAX_MESSAGES_PER_DAY, next_hour
from tests.insights.alerts.people import subscribe, urgent_piece
from tests.insights.made_up import problem, report
from tests.insights.raising import NOW, raise_signal, subscription, tell_again, waiting
from tests.insights.receivers import Receiver
from workers.actors.deliver import deliver
from workers.runtime.actor import Worker

Client = TestClient[Litestar]
Headers = dict[str, str]
LONDON = ZoneInfo("Europe/London")


def test_a_signal_too_small_is_told_as_soon_as_it_is_large_enough(
    local: Worker, api: Client, admin: Headers, blue_badge: str
) -> None:
    subscribe(api, admin, filters={"least": 14})
    signal = raise_signal(local.record)
    assert waiting(local.record) == []
    tell_again(local.record, signal, observed=14)
    assert [alert.observed for alert in waiting(local.record)] == [14]


def test_who_subscribed_to_texts_hears_of_an_outage_once_it_has_spread_to_them(
    local: Worker, api: Client, admin: Headers, blue_badge: str
) -> None:
    subscribe(api, admin, filters={"channels": ["sms"]})
    signal = raise_signal(local.record)
    for channel, told in (("web", []), ("sms", ["signal.new"])):
        with local.record.transaction() as session:
            issue = session.get_one(Issue, signal.issue_id)
            for n in range(6):
                report(session, issue, f"It stopped at step {n}", channel, said_at=NOW)
        tell_again(local.record, signal)
        assert [alert.type for alert in waiting(local.record)] == told


def test_a_watch_is_never_sent(local: Worker, subscribed: dict[str, Any]) -> None:
    raise_signal(local.record, tier="watch")
    assert waiting(local.record) == []


def test_what_stood_before_somebody_subscribed_is_told_when_it_grows(
    local: Worker, api: Client, admin: Headers, blue_badge: str
) -> None:
    signal = raise_signal(local.record)
    subscribe(api, admin)
    tell_again(local.record, signal)
    assert waiting(local.record) == []
    tell_again(local.record, signal, observed=30)
    assert [alert.observed for alert in waiting(local.record)] == [30]


def test_an_issue_that_comes_back_is_told_again(local: Worker, subscribed: dict[str, Any], hook: Receiver) -> None:
    first = raise_signal(local.record)
    deliver(local)
    with local.record.transaction() as session:
        session.execute(update(Signal).values(ended_at=NOW))
        again = {key: getattr(first, key) for key in Signal.__table__.columns.keys()}  # noqa: SIM118
        again |= {"id": subscription(local.record).id, "kind": "regression", "ended_at": None}
        session.add(Signal(**again))
        fan_out.raise_alerts(session, first.service_id)
    deliver(local)
    assert [got.content["type"] for got in hook.got] == ["signal.new", "signal.regression"]
    assert len({got.headers["webhook-id"] for got in hook.got}) == 2


def test_many_workers_at_once_raise_one_alert(local: Worker, subscribed: dict[str, Any]) -> None:
    signal = raise_signal(local.record)
    with local.record.transaction() as one:
        one.execute(text("DELETE FROM alerts"))
    with local.record.transaction() as one:
        fan_out.raise_alerts(one, signal.service_id)
        with local.record.transaction() as other:
            other.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(Exception, match="lock timeout"):
                fan_out.raise_alerts(other, signal.service_id)
            other.rollback()
    with local.record.transaction() as session:
        fan_out.raise_alerts(session, signal.service_id)
        assert len(session.scalars(select(Alert)).all()) == 2


def test_a_snoozed_issue_is_quiet_until_then_and_a_muted_one_for_good(
    local: Worker, subscribed: dict[str, Any], api: Client, admin: Headers
) -> None:
    signal = raise_signal(local.record)
    path = f"/v1/subscriptions/{subscribed['id']}/quiet/{signal.issue_id}"
    until = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    assert api.put(path, json={"until": until.isoformat()}, headers=admin).status_code == 204
    tell_again(local.record, signal, observed=40)
    assert len(waiting(local.record)) == 1
    with local.record.transaction() as session:
        session.execute(text("UPDATE quiet SET until = now() - interval '1 second'"))
    tell_again(local.record, signal)
    assert len(waiting(local.record)) == 2
    assert api.put(path, json={}, headers=admin).status_code == 204
    tell_again(local.record, signal, observed=400)
    assert len(waiting(local.record)) == 2
    assert api.delete(path, headers=admin).status_code == 204
    tell_again(local.record, signal)
    assert len(waiting(local.record)) == 3


def test_of_an_issue_that_staff_snoozed_nobody_is_told_until_its_day(
    local: Worker, subscribed: dict[str, Any], api: Client, admin: Headers
) -> None:
    signal = raise_signal(local.record)
    later = (NOW + dt.timedelta(days=2)).date()
    assert (
        api.patch(f"/v1/issues/{signal.issue_id}", json={"snoozed_until": str(later)}, headers=admin).status_code == 200
    )
    tell_again(local.record, signal, observed=40)
    assert len(waiting(local.record)) == 1
    with local.record.transaction() as session:
        session.execute(text("UPDATE issues SET snoozed_until = current_date"))
    tell_again(local.record, signal)
    assert len(waiting(local.record)) == 2


def test_what_is_acknowledged_is_not_told_again_however_it_grows(
    local: Worker, subscribed: dict[str, Any], api: Client, admin: Headers
) -> None:
    signal = raise_signal(local.record)
    [alert] = waiting(local.record)
    answer = api.post(f"/v1/alerts/{alert.id}/acknowledge", headers=admin)
    assert answer.json()["acknowledged_at"]
    tell_again(local.record, signal, observed=400)
    assert len(waiting(local.record)) == 1


def test_a_muted_subscription_hears_nothing_and_a_snoozed_one_later_or_what_is_urgent(
    local: Worker, api: Client, admin: Headers, blue_badge: str
) -> None:
    path = f"/v1/subscriptions/{subscribe(api, admin)['id']}"
    until = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    api.patch(path, json={"quiet_until": until.isoformat()}, headers=admin)
    raise_signal(local.record)
    [alert] = waiting(local.record)
    assert alert.due_at == until
    urgent_piece(local)
    [_, alert] = waiting(local.record)
    assert (alert.type, alert.due_at) == ("feedback.urgent", alert.raised_at)
    assert api.patch(path, json={"state": "muted"}, headers=admin).json()["state"] == "muted"
    raise_signal(local.record)
    assert [alert.type for alert in waiting(local.record)] == ["feedback.urgent"]


def test_an_urgent_piece_is_told_once_and_at_once_whatever_the_digest(
    local: Worker, api: Client, admin: Headers, blue_badge: str
) -> None:
    subscribe(api, admin, digest="weekly")
    piece = urgent_piece(local)
    [alert] = waiting(local.record)
    assert alert.due_at == alert.raised_at
    assert alert.facts["feedback_ids"] == [str(piece.id)]
    assert "help" not in str(alert.facts)


def test_an_urgent_piece_of_long_ago_is_history(local: Worker, api: Client, admin: Headers, blue_badge: str) -> None:
    subscribe(api, admin)
    urgent_piece(local, said=NOW - dt.timedelta(days=30))
    assert waiting(local.record) == []


def test_a_digest_waits_for_the_morning_of_the_service(
    local: Worker, api: Client, admin: Headers, blue_badge: str
) -> None:
    subscribe(api, admin, digest="daily")
    raise_signal(local.record)
    [alert] = waiting(local.record)
    assert alert.due_at
    assert alert.due_at > alert.raised_at
    assert alert.due_at.astimezone(LONDON).strftime("%H:%M") == "08:00"


def test_the_alerts_of_a_noisy_day_are_gathered(local: Worker, api: Client, admin: Headers, blue_badge: str) -> None:
    subscribe(api, admin)
    for _ in range(MAX_MESSAGES_PER_DAY + 3):
        raise_signal(local.record)
    dues = [(alert.due_at, alert.raised_at) for alert in waiting(local.record)]
    assert all(due == raised for due, raised in dues[:MAX_MESSAGES_PER_DAY])
    assert len({due for due, _ in dues[MAX_MESSAGES_PER_DAY:]}) == 1
    assert all(due and due > raised for due, raised in dues[MAX_MESSAGES_PER_DAY:])


def test_a_program_gets_every_alert_of_a_noisy_day(local: Worker, subscribed: dict[str, Any]) -> None:
    for _ in range(MAX_MESSAGES_PER_DAY + 3):
        raise_signal(local.record)
    assert all(alert.due_at == alert.raised_at for alert in waiting(local.record))


@pytest.mark.parametrize(
    ("now", "monday", "then"),
    [
        ("2026-03-04T07:59:00+00:00", False, "2026-03-04T08:00:00+00:00"),
        ("2026-03-04T08:00:00+00:00", False, "2026-03-05T08:00:00+00:00"),
        ("2026-03-28T09:00:00+00:00", False, "2026-03-29T08:00:00+01:00"),
        ("2026-03-04T07:59:00+00:00", True, "2026-03-09T08:00:00+00:00"),
        ("2026-03-09T08:30:00+00:00", True, "2026-03-16T08:00:00+00:00"),
    ],
)
def test_the_next_morning_is_that_of_the_zone(now: str, monday: bool, then: str) -> None:
    found = next_hour(dt.datetime.fromisoformat(now), LONDON, (8,), monday=monday)
    assert found == dt.datetime.fromisoformat(then)


def test_growth_is_counted_in_distinct_pieces_since_the_signal_began(
    local: Worker, subscribed: dict[str, Any], hook: Receiver
) -> None:
    signal = raise_signal(local.record)

    def report(number: int, *, said: dt.datetime = NOW, evidence: bool = True) -> None:
        with local.record.transaction() as session:
            for _ in range(number):
                piece = piece_of(signal.service_id, said)
                session.add(piece)
                session.flush()
                session.add_all(statement(piece, signal.issue_id, position, evidence) for position in range(2))

    report(23)
    report(5, said=NOW - dt.timedelta(days=3))
    report(5, evidence=False)
    tell_again(local.record, signal)
    assert len(waiting(local.record)) == 1
    report(1)
    tell_again(local.record, signal)
    assert [alert.observed for alert in waiting(local.record)] == [12, 24]
    deliver(local)
    deliver(local)
    found = hook.got[1].content["data"]
    assert (found["signal"]["observed"], found["signal"]["reports"]) == (12, 24)


def piece_of(service_id: int, said: dt.datetime) -> Feedback:
    identity = new_id()
    return Feedback(
        id=identity,
        service_id=service_id,
        channel="web",
        receipt=str(identity),
        caller="test",
        digest=b"",
        said_at=said,
        stage="done",
    )


def statement(piece: Feedback, issue_id: Any, position: int, evidence: bool) -> Statement:
    return Statement(
        feedback_id=piece.id,
        service_id=piece.service_id,
        said_at=piece.said_at,
        issue_id=issue_id,
        **problem("The photo upload fails") | {"position": position, "evidence": evidence},
    )


def test_quotes_are_those_of_the_signal_and_nobody_who_took_words_back_is_quoted(
    local: Worker, subscribed: dict[str, Any], hook: Receiver
) -> None:
    signal = raise_signal(local.record)
    with local.record.transaction() as session:
        pieces = [piece_of(signal.service_id, NOW) for _ in range(5)]
        session.add_all(pieces)
        session.flush()
        session.add_all(statement(piece, signal.issue_id, n, True) for piece in pieces for n in range(2))
        for alert in session.scalars(select(Alert)):
            alert.facts = {**alert.facts, "feedback_ids": [str(piece.id) for piece in pieces[:4]]}
        erasure.erase(session, [pieces[0].id, pieces[1].id], by="citizen")
    deliver(local)
    data = hook.got[0].content["data"]
    assert data["quotes"] == [{"text": "The photo upload fails", "channel": "web"}] * 2
    assert data["issue"]["example"] == "The photo upload fails"
