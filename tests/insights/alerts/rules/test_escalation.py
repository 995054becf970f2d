"""Quiet hours are kept, and what nobody acknowledges in time is told to somebody else, once."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select, update

from feedback.record import access, services
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Alert, Feedback, HeldRaw, Issue, Service
from insights.alerts import payload
from insights.alerts.delivery import message
from insights.alerts.rules import escalation, timing
from insights.alerts.rules.timing import QuietHours
from tests.insights.alerts.people import subscribe, urgent_piece
from tests.insights.pages.signed_in import OURS, signed_in, words_of
from tests.insights.raising import raise_signal, waiting
from workers.runtime.actor import Worker

Client = TestClient[Litestar]
Headers = dict[str, str]
LONDON = ZoneInfo("Europe/London")
CLOCK = st.times().map(lambda time: f"{time:%H:%M}")


@given(
    ahead=st.timedeltas(min_value=dt.timedelta(), max_value=dt.timedelta(days=365)),
    hours=st.tuples(CLOCK, CLOCK, st.booleans()).filter(lambda hours: hours[0] != hours[1]),
)
@settings(max_examples=150, deadline=None)
def test_what_waits_for_quiet_hours_goes_out_at_their_end_and_not_before(
    ahead: dt.timedelta, hours: tuple[str, str, bool]
) -> None:
    quiet = QuietHours(*hours)
    stored = {"start": quiet.start, "end": quiet.end, "weekends": quiet.weekends}
    begin = dt.datetime(2026, 1, 1, tzinfo=LONDON) + ahead
    sent = timing.after_quiet_hours(begin, stored, "Europe/London").astimezone(LONDON)
    assert not quiet.is_quiet(sent) and sent >= begin
    assert quiet.is_quiet(begin) or sent == begin
    assert sent - begin <= dt.timedelta(days=4)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-03-04T23:30", "2026-03-05T07:00"),
        ("2026-03-05T06:59", "2026-03-05T07:00"),
        ("2026-03-05T07:00", "2026-03-05T07:00"),
        ("2026-03-06T23:00", "2026-03-09T07:00"),
        ("2026-03-28T12:00", "2026-03-30T07:00"),
    ],
    ids=["at night", "in the morning", "by day", "on Friday night", "when the clocks change"],
)
def test_nights_and_weekends_are_quiet_by_the_clock_of_the_service(at: str, due: str) -> None:
    stored = {"start": "22:00", "end": "07:00", "weekends": True}
    begin, end = (dt.datetime.fromisoformat(text).replace(tzinfo=LONDON) for text in (at, due))
    assert timing.after_quiet_hours(begin, stored, "Europe/London") == end


def all_day_but_a_minute() -> dict[str, Any]:
    now = dt.datetime.now(LONDON)
    return {"start": f"{now - dt.timedelta(minutes=2):%H:%M}", "end": f"{now - dt.timedelta(minutes=3):%H:%M}"}


def test_in_quiet_hours_only_what_is_urgent_is_sent(
    local: Worker, api: Client, admin: Headers, blue_badge: str
) -> None:
    made = subscribe(api, admin, quiet_hours=all_day_but_a_minute())
    raise_signal(local.record)
    urgent_piece(local)
    now = dt.datetime.now(dt.UTC)
    assert {alert.type: alert.due_at > now for alert in waiting(local.record) if alert.due_at} == {
        "signal.new": True,
        "feedback.urgent": False,
    }
    api.patch(f"/v1/subscriptions/{made['id']}", json={"quiet_hours": None}, headers=admin)
    assert all(alert.due_at and alert.due_at <= now + dt.timedelta(minutes=1) for alert in waiting(local.record))


@pytest.mark.parametrize(
    "wrong", [{"start": "22:00", "end": "22:00"}, {"start": "25:00", "end": "07:00"}, {"start": "x"}]
)
def test_quiet_hours_that_are_none_are_refused(
    api: Client, admin: Headers, blue_badge: str, wrong: dict[str, str]
) -> None:
    asked = {"service": "blue-badge", "kind": "email", "address": "team@example.org", "quiet_hours": wrong}
    assert api.post("/v1/subscriptions", json=asked, headers=admin).status_code == 400


@pytest.fixture
def team(api: Client, admin: Headers, blue_badge: str) -> dict[str, str]:
    """A first subscription that escalates to a second after half an hour, and that one back to the first."""
    second = subscribe(api, admin, address="head@example.org", filters={"escalations_only": True}, name="Head")["id"]
    lasts = {"to": second, "after_minutes": 30}
    first = subscribe(api, admin, name="Team", escalation=lasts)["id"]
    back = {"escalation": {"to": first, "after_minutes": 30}}
    assert api.patch(f"/v1/subscriptions/{second}", json=back, headers=admin).json()["escalation"]["to"] == first
    return {"first": first, "second": second}


def pass_minutes(record: Record, minutes: int) -> None:
    """As if all was raised and sent so long ago; then the clock strikes twice."""
    ago = func.now() - dt.timedelta(minutes=minutes)
    with record.transaction() as session:
        session.execute(update(Alert).values(raised_at=ago, sent_at=ago, state="sent"))
    for _ in range(2):
        with record.transaction() as session:
            escalation.raise_due(session)


def told(record: Record, subscription: str) -> list[Alert]:
    with record.transaction() as session:
        mine = select(Alert).where(Alert.subscription_id == subscription).order_by(Alert.number)
        return list(session.scalars(mine))


def test_what_nobody_acknowledges_in_time_is_told_to_the_next_once(local: Worker, team: dict[str, str]) -> None:
    raise_signal(local.record)
    pass_minutes(local.record, 29)
    assert told(local.record, team["second"]) == []
    pass_minutes(local.record, 30)
    [alert] = told(local.record, team["second"])
    assert (alert.type, alert.state) == ("signal.new", "waiting")
    with local.record.transaction() as session:
        text = message.write(
            payload.event(session, alert, ""), session.scalars(select(Service)).one(), dt.datetime.now(dt.UTC)
        )
    assert text.heading == "Not acknowledged: New problem: Photo upload fails"
    assert text.lines[0] == "It was sent to Team; nobody acknowledged it within 30 min."
    for _ in range(3):
        pass_minutes(local.record, 60)
    assert (len(told(local.record, team["first"])), len(told(local.record, team["second"]))) == (2, 1)


@pytest.mark.parametrize(("to", "times"), [("blue-badge", 1), ("parks", 0)], ids=["kept", "handed-over"])
def test_an_urgent_piece_wakes_nobody_of_the_service_that_it_has_left(
    local: Worker, team: dict[str, str], to: str, times: int
) -> None:
    piece = urgent_piece(local)
    with local.record.transaction() as session:
        services.add(session, "parks", "Parks")
        session.add(HeldRaw(feedback_id=piece.id, wrapped_key=b"", sealed=b""))
        session.get_one(Feedback, piece.id).service_id = access.service(session, to).id
    pass_minutes(local.record, 60)
    assert len(told(local.record, team["second"])) == times


@pytest.mark.parametrize("by", ["alert", "issue", "urgent"])
def test_what_is_acknowledged_is_not_escalated(
    local: Worker, api: Client, admin: Headers, team: dict[str, str], by: str
) -> None:
    if by == "urgent":
        urgent_piece(local)  # nothing is held of it: it has been released
    else:
        signal = raise_signal(local.record)
        [alert] = waiting(local.record)
        if by == "alert":
            api.post(f"/v1/alerts/{alert.id}/acknowledge", headers=admin)
        else:
            api.patch(f"/v1/issues/{signal.issue_id}", json={"status": "acknowledged"}, headers=admin)
    pass_minutes(local.record, 60)
    assert told(local.record, team["second"]) == []


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"], ids=["ahead", "behind"])
def test_a_snooze_ends_on_the_day_of_the_service_wherever_it_is(local: Worker, team: dict[str, str], zone: str) -> None:
    signal = raise_signal(local.record)
    today = dt.datetime.now(ZoneInfo(zone)).date()
    for snoozed_until, times in ((today + dt.timedelta(days=1), 0), (today, 1)):
        with local.record.transaction() as session:
            session.scalars(select(Service)).one().stored_properties = {"time_zone": zone}
            session.get_one(Issue, signal.issue_id).snoozed_until = snoozed_until
        pass_minutes(local.record, 60)
        assert len(told(local.record, team["second"])) == times


def test_what_waits_for_quiet_hours_has_reached_nobody_yet(
    local: Worker, api: Client, admin: Headers, team: dict[str, str]
) -> None:
    path = f"/v1/subscriptions/{team['first']}"
    api.patch(path, json={"quiet_hours": all_day_but_a_minute()}, headers=admin)
    raise_signal(local.record)
    with local.record.transaction() as session:
        session.execute(update(Alert).values(raised_at=func.now() - dt.timedelta(minutes=60)))
        escalation.raise_due(session)
    assert told(local.record, team["second"]) == []


def test_it_leads_to_another_subscription_of_the_same_service(
    api: Client, admin: Headers, team: dict[str, str]
) -> None:
    path = f"/v1/subscriptions/{team['first']}"
    for to in (team["first"], "00000000-0000-0000-0000-000000000000"):
        answer = api.patch(path, json={"escalation": {"to": to, "after_minutes": 30}}, headers=admin)
        assert answer.status_code == 400


def test_editors_arrange_both_on_the_page(local: Worker, api: Client, team: dict[str, str]) -> None:
    signed_in(api, local.record, Role.editor, "blue-badge")
    path = f"/dashboard/subscriptions/{team['first']}"
    form = {"start": "22:00", "end": "07:00", "weekends": "yes", "to": team["second"], "after_minutes": "45"}
    seen = words_of(api.post(f"{path}/arrange", data=form, headers=OURS))
    assert "22:00 to 07:00 and weekends" in seen and "Head , after 45 min" in seen
    seen = words_of(api.post(f"{path}/arrange", data={"start": "", "end": "", "to": ""}, headers=OURS))
    assert "22:00 to" not in seen and "after 45 minutes" not in seen
