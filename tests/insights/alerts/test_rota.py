"""Whoever is on duty is told: a week each, or at set days and hours, by the clock of the service."""

import datetime as dt
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.i18n import speaking
from feedback.record import access
from feedback.record.db import Record
from feedback.record.limits import convert
from insights.alerts.delivery import message
from insights.alerts.rota import Rota
from insights.pages.subscriptions import rota_form
from tests.insights.mailbox import Box
from tests.insights.pages.signed_in import OURS, signed_in, words_of
from tests.insights.receivers import Receiver
from workers.actors.deliver import deliver
from workers.runtime.actor import Worker

ANN, BOB, CY, DESK = "ann@example.org", "bob@example.org", "cy@example.org", "desk@example.org"
LONDON = ZoneInfo("Europe/London")
WEEKS = {"turns": [{"address": ANN}, {"address": BOB}], "first_week": "2026-12-02"}
HOURS = {
    "turns": [
        {"address": ANN, "days": [1, 2, 3, 4, 5], "start": "09:00", "end": "17:00"},
        {"address": BOB, "days": [5], "start": "22:00", "end": "06:00"},
        {"address": CY, "days": [7]},
    ]
}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("rota", "when", "who"),
    [
        (WEEKS, "2026-11-30T00:00", ANN),  # the Monday before the day that is named
        (WEEKS, "2026-12-06T23:59", ANN),
        (WEEKS, "2026-12-07T00:00", BOB),
        (WEEKS, "2026-12-14T12:00", ANN),
        (WEEKS, "2026-11-29T12:00", BOB),  # the week before it began
        (WEEKS, "2027-01-04T12:00", BOB),  # over the turn of the year
        (HOURS, "2026-12-04T09:00", ANN),  # a Friday
        (HOURS, "2026-12-04T17:00", None),
        (HOURS, "2026-12-04T22:00", BOB),
        (HOURS, "2026-12-05T05:59", BOB),  # Saturday, of the night that began on Friday
        (HOURS, "2026-12-05T06:00", None),
        (HOURS, "2026-12-04T05:59", None),  # of the night that would have begun on Thursday
        (HOURS, "2026-12-06T23:59", CY),
        (HOURS, "2026-03-29T02:30", CY),  # a time that the clocks leave out
    ],
)
def test_somebody_is_on_duty_by_week_or_by_day_and_hours(rota: dict[str, Any], when: str, who: str | None) -> None:
    assert convert(rota, Rota).on_duty(at(when)) == who


@pytest.mark.parametrize(
    "wrong",
    [
        {"turns": []},
        {"turns": [{"address": "nobody"}]},
        {"turns": [{"address": ANN, "days": [8]}]},
        {"turns": [{"address": ANN, "start": "25:00"}]},
        {"turns": [{"address": ANN, "days": [1]}], "first_week": "2026-12-02"},
        {"turns": [{"address": ANN}] * 51},
        {"turns": [{"address": ANN, "name": "Ann"}]},
        {"turns": [{"address": ANN}], "first_week": "soon"},
    ],
    ids=range(8),
)
def test_what_is_no_rota_is_refused(
    api: TestClient[Litestar], admin: dict[str, str], blue_badge: str, wrong: dict[str, Any]
) -> None:
    wanted = {"service": blue_badge, "kind": "email", "address": DESK, "rota": wrong}
    assert api.post("/v1/subscriptions", json=wanted, headers=admin).status_code == 400


def test_a_webhook_and_a_chat_message_name_who_is_on_duty_and_go_where_they_always_do(
    api: TestClient[Litestar], local: Worker, admin: dict[str, str], subscribed: dict[str, Any], hook: Receiver
) -> None:
    place = f"/v1/subscriptions/{subscribed['id']}"
    absent = {"turns": [{"address": BOB, "days": [(dt.datetime.now(LONDON) + dt.timedelta(days=2)).isoweekday()]}]}
    for rota in ({"turns": [{"address": ANN}]}, absent, None):
        api.patch(place, json={"rota": rota}, headers=admin).raise_for_status()
        api.post(f"{place}/test", headers=admin).raise_for_status()
        deliver(local)
    assert [got.content["data"].get("on_duty") for got in hook.got] == [ANN, None, None]
    with local.record.transaction() as session:
        chat = message.write(hook.got[0].content, access.service(session, "blue-badge"), dt.datetime.now(dt.UTC))
    assert f"On duty: {ANN}." in message.plain([chat])
    page = signed_in(api, local.record).get(f"/dashboard/subscriptions/{subscribed['id']}").text
    assert "Each alert names whoever is on duty" in page and "told in place of" not in page


def test_an_alert_goes_to_whoever_is_on_duty_and_else_to_the_subscription_itself(
    api: TestClient[Litestar], local: Worker, admin: dict[str, str], blue_badge: str, box: tuple[Box, str]
) -> None:
    arrived, url = box
    worker = replace(local, record=Record(replace(local.record.settings, smtp_url=url), local.record.engine))
    tomorrow = (dt.datetime.now(LONDON) + dt.timedelta(days=2)).isoweekday()
    wanted = {"service": blue_badge, "kind": "email", "address": DESK, "rota": {"turns": [{"address": ANN}]}}
    made = api.post("/v1/subscriptions", json=wanted, headers=admin).json()
    assert made["rota"]["turns"][0]["address"] == ANN
    place = f"/v1/subscriptions/{made['id']}"
    for rota in (None, {"turns": [{"address": BOB, "days": [tomorrow]}]}, None):
        api.post(f"{place}/test", headers=admin).raise_for_status()
        deliver(worker)
        api.patch(place, json={"rota": rota}, headers=admin).raise_for_status()
    assert [mail["To"] for mail in arrived.mails] == [ANN, DESK, DESK]
    assert ["List-Unsubscribe" in mail for mail in arrived.mails] == [False, True, True]


def test_a_rota_is_typed_a_line_a_turn_shown_as_typed_and_says_who_is_on_duty(
    api: TestClient[Litestar], local: Worker, admin: dict[str, str], blue_badge: str
) -> None:
    wanted = {"service": blue_badge, "kind": "email", "address": DESK}
    made = api.post("/v1/subscriptions", json=wanted, headers=admin).json()
    page, act = (f"/dashboard/subscriptions/{made['id']}{end}" for end in ("", "/take-turns"))
    staff = signed_in(api, local.record)
    typed = f"Mon-Fri 09:00-17:00 {ANN}\nfri,sat 22:00-06:00 {BOB}\n\n{CY}\n"
    answer = staff.post(act, data={"turns": typed}, headers=OURS)
    assert "Saved." in words_of(answer) and "On duty now" in words_of(answer)
    shown = f"Mon–Fri 09:00–17:00 {ANN}\nFri,Sat 22:00–06:00 {BOB}\n{CY}"
    assert shown in staff.get(page).text
    for turns, week in ((f"{ANN} {BOB} x", ""), ("nobody", ""), (f"Mon {ANN}", "2026-12-02"), (ANN, "soon")):
        wrong = staff.post(act, data={"turns": turns, "first_week": week}, headers=OURS)
        assert wrong.status_code == 400 and "Each line must be an e-mail address" in wrong.text
    weekly = staff.post(act, data={"turns": f"{ANN}\n{BOB}", "first_week": "2026-12-02"}, headers=OURS)
    assert 'value="2026-12-02"' in weekly.text
    staff.post(act, data={"turns": ""}, headers=OURS)
    assert api.get(f"/v1/subscriptions/{made['id']}", headers=admin).json()["rota"] is None


def test_days_are_typed_and_shown_in_the_language_of_the_page() -> None:
    with speaking("cy"):
        rota = rota_form.read(f"Llun-Gwen 09:00-17:00 {ANN}\nSun-Mon {BOB}", "")
        assert rota is not None and rota.turns[0].days == (1, 2, 3, 4, 5) and set(rota.turns[1].days) == {7, 1}
        assert rota_form.read(rota_form.write(rota.turns), "") == convert(
            {
                "turns": [
                    {"address": ANN, "days": [1, 2, 3, 4, 5], "start": "09:00", "end": "17:00"},
                    {"address": BOB, "days": [1, 7]},
                ]
            },
            Rota,
        )
