"""That a signal keeps growing, and that it is over, is told to who asks for it, and to nobody else."""

import datetime as dt
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, update

from feedback.record.db import Record
from feedback.record.models import Alert, Issue, Service, Signal
from insights.alerts import payload
from insights.alerts.delivery import message
from insights.alerts.rules import follow_ups
from insights.issues.silences import Reported, silences
from tests.insights import made_up
from tests.insights.alerts.people import subscribe
from tests.insights.raising import raise_signal, tell_again, waiting
from tests.insights.receivers import Receiver
from workers.actors.deliver import deliver
from workers.runtime.actor import Worker

Client = TestClient[Litestar]
Headers = dict[str, str]
NOW = made_up.NOW
EVERYTHING = {"kinds": ["new", "surge", "regression", "urgent", "update", "ended"]}


def hours(ago: float) -> dt.datetime:
    return NOW - dt.timedelta(hours=ago)


@pytest.fixture
def signal(local: Worker, api: Client, admin: Headers, hook: Receiver, blue_badge: str) -> Signal:
    """Raised with twelve reports, to a webhook that asks what becomes of it, and to a mailbox that does not."""
    subscribe(api, admin, kind="webhook", url=hook.url, address=None, filters=EVERYTHING)
    subscribe(api, admin)
    return raise_signal(local.record, since=hours(6), last_report_at=hours(3))


def reports(record: Record, signal: Signal, count: int, ago: float, channel: str = "web") -> None:
    """So many reports between the beginning of the signal and `ago` hours."""
    with record.transaction() as session:
        issue = session.get_one(Issue, signal.issue_id)
        for n in range(count):
            at = signal.since + (hours(ago) - signal.since) * (n + 1) / count
            made_up.report(session, issue, f"It stopped at step {n}", channel, said_at=at)


def look(record: Record, signal: Signal) -> None:
    with record.transaction() as session:
        follow_ups.raise_ends(session, signal.service_id, NOW)


def types(record: Record) -> list[str]:
    """Of all that subscriptions were told, the earliest first."""
    with record.transaction() as session:
        told = select(Alert.type).where(Alert.subscription_id.is_not(None))
        return list(session.scalars(told.order_by(Alert.number)))


def test_who_asks_hears_how_it_grows_and_everybody_else_that_it_is_there_again(
    local: Worker, signal: Signal, hook: Receiver
) -> None:
    tell_again(local.record, signal, observed=23)
    assert types(local.record) == ["signal.new", "signal.new"]
    tell_again(local.record, signal, observed=24)
    assert sorted(types(local.record)) == ["signal.new", "signal.new", "signal.new", "signal.update"]
    for _ in range(4):
        deliver(local)
    assert [got.content["type"] for got in hook.got] == ["signal.new", "signal.update"]
    data = hook.got[-1].content["data"]
    assert data["update"] == {"was": 12, "since": data["update"]["since"]}
    assert data["signal"]["reports"] == 24


def test_an_update_tells_how_the_reports_by_now_came(local: Worker, signal: Signal, hook: Receiver) -> None:
    for channel, count in (("web", 10), ("call", 2), ("sms", 12)):
        reports(local.record, signal, count, ago=0.5, channel=channel)
    tell_again(local.record, signal)
    for _ in range(4):
        deliver(local)
    told = {got.content["type"]: got.content["data"]["signal"]["by_channel"] for got in hook.got}
    assert told == {"signal.new": {"web": 10, "call": 2}, "signal.update": {"web": 10, "call": 2, "sms": 12}}


def test_an_update_quotes_what_came_since_its_recipient_was_told(local: Worker, signal: Signal, hook: Receiver) -> None:
    told, since = "The photo of my badge does not upload", "Now the page freezes when I attach the picture"
    with local.record.transaction() as session:
        issue = session.get_one(Issue, signal.issue_id)
        before = made_up.report(session, issue, told, said_at=hours(5))
        session.get_one(Signal, signal.id).feedback_ids = [before.id]
        session.execute(update(Alert).values(facts=Alert.facts.concat({"feedback_ids": [str(before.id)]})))
        made_up.report(session, issue, since, said_at=hours(4), received_at=dt.datetime.now(dt.UTC))
        made_up.report(session, issue, "It froze long ago", said_at=hours(40), received_at=dt.datetime.now(dt.UTC))
    tell_again(local.record, signal, observed=24)
    for _ in range(4):
        deliver(local)
    quoted = [[quote["text"] for quote in got.content["data"]["quotes"]] for got in hook.got]
    assert quoted == [[told], [since]]


def test_a_silence_where_many_were_usual_is_told_once_as_its_end(local: Worker, signal: Signal, hook: Receiver) -> None:
    reports(local.record, signal, 12, ago=3)
    look(local.record, signal)
    look(local.record, signal)
    assert types(local.record).count("signal.ended") == 1
    for _ in range(4):
        deliver(local)
    data = hook.got[-1].content["data"]
    assert data["ended"] | {"last_report_at": ""} == {
        "why": "quiet",
        "silent_hours": 3.0,
        "usual": 12.0,
        "last_report_at": "",
    }
    assert data["signal"]["reports"] == 12


def test_what_is_reported_again_after_its_end_is_an_update_from_five_on(local: Worker, signal: Signal) -> None:
    reports(local.record, signal, 12, ago=3)
    look(local.record, signal)
    tell_again(local.record, signal, observed=16)
    assert "signal.update" not in types(local.record)
    tell_again(local.record, signal, observed=17)
    assert types(local.record).count("signal.update") == 1


def test_a_silence_in_which_few_were_usual_is_no_end(local: Worker, signal: Signal) -> None:
    reports(local.record, signal, 12, ago=0.5)
    look(local.record, signal)
    assert "signal.ended" not in types(local.record)


def test_a_night_in_which_nobody_writes_of_anything_is_no_end(local: Worker, signal: Signal) -> None:
    reports(local.record, signal, 12, ago=3)
    with local.record.transaction() as session:
        other = made_up.issue(session, "blue-badge", "The office is closed")
        for n in range(30):
            made_up.report(session, other, f"Closed at {n}", said_at=hours(3.1 + n / 11))
    look(local.record, signal)
    assert "signal.ended" not in types(local.record)


def test_a_resolved_issue_is_told_as_over_to_who_acknowledged_it_too(
    local: Worker, api: Client, admin: Headers, signal: Signal
) -> None:
    for alert in waiting(local.record):
        api.post(f"/v1/alerts/{alert.id}/acknowledge", headers=admin)
    path = f"/v1/issues/{signal.issue_id}"
    assert api.patch(path, json={"status": "resolved", "reason": "Mended"}, headers=admin).status_code == 200
    look(local.record, signal)
    assert [alert.facts["ended"]["why"] for alert in waiting(local.record) if alert.type == "signal.ended"] == [
        "resolved"
    ]


@pytest.mark.parametrize(
    "changes", [{"false_at": NOW}, {"tier": "watch"}, {"ended_at": hours(30)}], ids=["false", "watched", "long over"]
)
def test_no_end_is_told_of_what_was_none_or_is_long_over(
    local: Worker, signal: Signal, changes: dict[str, Any]
) -> None:
    reports(local.record, signal, 12, ago=3)
    with local.record.transaction() as session:
        session.execute(update(Signal).values(**changes))
    look(local.record, signal)
    assert "signal.ended" not in types(local.record)


def test_the_page_and_the_mail_say_it_in_words(local: Worker, api: Client, admin: Headers, signal: Signal) -> None:
    reports(local.record, signal, 12, ago=3)
    tell_again(local.record, signal, observed=24)
    look(local.record, signal)
    with local.record.transaction() as session:
        service = session.scalars(select(Service)).one()
        alerts = session.scalars(
            select(Alert).where(Alert.type.in_(["signal.update", "signal.ended"])).order_by(Alert.number)
        ).all()
        texts = [message.write(payload.event(session, alert, ""), service, NOW) for alert in alerts]
    assert [text.heading for text in texts] == ["Now 24 reports: Photo upload fails", "Over: Photo upload fails"]
    assert [text.lines[0] for text in texts] == [
        "It was 12 when you were last told.",
        "No report for 3 h; normally about 24 in that time.",
    ]


@pytest.mark.parametrize("others", [0, 40])
def test_the_rate_of_its_own_reports_says_what_was_usual(local: Worker, signal: Signal, others: int) -> None:
    """Whether the service is busy or not, as long as it stays that."""
    reports(local.record, signal, 12, ago=3)
    with local.record.transaction() as session:
        other = made_up.issue(session, "blue-badge", "Office closed")
        for n in range(others):
            made_up.report(session, other, f"Closed at {n}", said_at=hours(6 * (n + 0.5) / max(others, 1)))
        [found] = silences(session, [(signal, Reported(12, hours(3), {}))], NOW)
    assert found.hours == 3 and found.usual == pytest.approx(12, rel=0.1)
