"""A channel that falls silent and is not usually silent is told of; by chance that happens as often as is tolerated."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import delete, insert, select

from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.models import Alert, Feedback, new_id
from feedback.record.privacy import erasure
from insights.alerts import payload
from insights.alerts.delivery import message
from insights.alerts.rules import silent_channels
from insights.channels import hours
from insights.channels.health import WEEK, channel_health
from insights.channels.watch import silences
from insights.detection.statistics import silence
from tests.insights.made_up import NOW
from tests.insights.pages.signed_in import OURS, signed_in, words_of

TOLERANCE = 0.02
DAY = np.array([0.05] * 7 + [0.5, 1, 2, 2.2, 2, 1.8, 1.8, 1.8, 1.8, 1.6, 1.5, 1.3, 1.2, 1, 0.6, 0.3, 0.1])
RHYTHM = np.concatenate([*[DAY] * 5, *[DAY * 0.4] * 2])
SLOTS = np.array([hour % 24 + 24 * (hour % 168 >= 120) for hour in range(16 * 168)])


def heard(rng: np.random.Generator, kind: str, a_day: float, weeks: int) -> Any:
    """Pieces of each hour, of a channel that sleeps at night and does less on weekends."""
    rates = np.tile(RHYTHM / RHYTHM.mean(), weeks) * a_day / 24
    if kind == "bursts":
        rates *= np.repeat(rng.gamma(2, 0.5, weeks * 7), 24)
    if kind == "batches":
        rates = np.where(np.arange(weeks * 168) % 24 == 2, a_day * 7 / 5, 0) * (SLOTS[: weeks * 168] < 24)
    return rng.poisson(rates)


@pytest.mark.parametrize("a_day", [3, 40])
@pytest.mark.parametrize("kind", ["even", "bursts", "batches"])
def test_chance_calls_a_channel_silent_as_seldom_as_is_tolerated_and_a_broken_one_is_found(
    kind: str, a_day: float
) -> None:
    rng, false, late = np.random.default_rng(7), 0, list[int]()
    for _ in range(40):
        counts = heard(rng, kind, a_day, 16)
        usual = silence.learn(counts[: 8 * 168], SLOTS[: 8 * 168], TOLERANCE)
        assert usual is not None
        missed = 0.0
        for hour in range(8 * 168, 16 * 168):
            before, missed = missed, 0.0 if counts[hour] else missed + usual.rates[SLOTS[hour]]
            false += before <= usual.limit < missed
        late.append(int(np.searchsorted(np.cumsum(usual.rates[SLOTS]), usual.limit)))
    assert false / (40 * 8) <= 4 * TOLERANCE
    assert np.median(late) <= {3: 24 * 8, 40: 24 * 3}[int(a_day)]


@pytest.mark.parametrize("counts", [[1] * 19 + [0] * 700, [9] * 600, [0] * 0])
def test_of_a_channel_that_is_hardly_known_nothing_is_told(counts: Sequence[int]) -> None:
    assert silence.learn(np.array(counts, np.int64), np.zeros(len(counts), np.int64), TOLERANCE) is None


def receive(record: Record, channel: str, times: Sequence[dt.datetime], **more: Any) -> None:
    with record.transaction() as session:
        service_id = access.service(session, "blue-badge").id
        facts = {"service_id": service_id, "channel": channel, "stage": "done", "caller": "test", "digest": b""} | more
        rows = [
            {"id": new_id(), "receipt": str(uuid.uuid4()), "said_at": at, "received_at": at, "text": ""} | facts
            for at in times
        ]
        session.execute(insert(Feedback), rows)


def every(hours: float, until: dt.datetime, weeks: int = 7) -> list[dt.datetime]:
    return [until - dt.timedelta(hours=hours * place) for place in range(round(weeks * 168 / hours))]


@pytest.fixture
def silent(record: Record, blue_badge: str) -> str:
    """Texts every three hours until four days ago; the form as ever; a file that was brought long ago."""
    receive(record, "sms", every(3, NOW - dt.timedelta(days=4)))
    receive(record, "web", every(5, NOW))
    receive(record, "import", every(3, NOW - dt.timedelta(days=9)))
    receive(record, "email", every(3, NOW - dt.timedelta(days=9)), history=True)
    return blue_badge


def test_a_silent_channel_is_told_once_a_silence_to_whoever_asks_for_it(
    record: Record, client: TestClient[Litestar], admin: dict[str, str], silent: str
) -> None:
    for kinds, channels in ((["silent"], []), ([], []), (["new"], []), (["silent"], ["web"]), (["silent"], ["sms"])):
        wanted = {"kind": "email", "address": "a@example.org", "filters": {"kinds": kinds, "channels": channels}}
        assert client.post("/v1/subscriptions", json={"service": silent} | wanted, headers=admin).status_code == 201

    def told() -> list[str]:
        with record.transaction() as session:
            silent_channels.raise_silences(session, access.service(session, silent), NOW)
        with record.transaction() as session:
            return [alert.facts["silence"]["channel"] for alert in session.scalars(select(Alert))]

    assert told() == ["sms", "sms"]
    assert told() == ["sms", "sms"]
    receive(record, "sms", [NOW - dt.timedelta(hours=100)])
    assert told() == ["sms", "sms"]
    receive(record, "sms", every(3, NOW, 1)[:9])
    assert told() == ["sms", "sms"]
    with record.transaction() as session:
        alert = session.scalars(select(Alert).limit(1)).one()
        event = payload.event(session, alert, "https://feedback.example")
        text = message.write(event, access.service(session, silent), NOW)
    assert text.heading == "Silent: nothing comes by text message" and "normally about " in text.lines[0]
    assert text.link == "https://feedback.example/dashboard/blue-badge/channels"
    page = words_of(signed_in(client, record).get("/dashboard/blue-badge/alerts"))
    assert "A channel that falls silent" in page


def test_a_night_and_a_weekend_are_no_silence(record: Record, blue_badge: str) -> None:
    monday = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
    hours = [monday - dt.timedelta(hours=place) for place in range(1, 8 * 168)]
    receive(record, "call", [at for at in hours if at.weekday() < 5 and 8 <= at.hour < 18])
    with record.transaction() as session:
        service = access.service(session, blue_badge)
        [weekend] = silences(session, service, monday)
        [noon] = silences(session, service, monday + dt.timedelta(hours=30))
    assert weekend.hours == 62 and not weekend.is_unusual
    assert noon.is_unusual


def test_hours_that_are_kept_tell_what_the_pieces_tell_and_old_ones_are_forgotten(record: Record, silent: str) -> None:
    receive(record, "call", every(3, NOW - dt.timedelta(weeks=20), 1))
    with record.transaction() as session:
        service = access.service(session, silent)
        told = hours.of_service(session, service.id), channel_health(session, service, NOW)
        hours.keep(session, service.id, NOW - dt.timedelta(weeks=30))  # when none of them was over
        assert hours.of_service(session, service.id) == told[0]
        for ago in (30, 20, 9, 0):
            hours.keep(session, service.id, NOW - dt.timedelta(hours=ago))
            assert (hours.of_service(session, service.id)[-300:], channel_health(session, service, NOW)) == (
                told[0][-300:],
                told[1],
            )
        session.execute(delete(Feedback).where(Feedback.received_at < NOW - dt.timedelta(hours=2)))
        assert channel_health(session, service, NOW) == told[1]
        assert [row.pieces for row in hours.of_service(session, service.id) if row.channel == "call"] == [1]


def test_a_file_that_is_taken_back_is_counted_in_no_hour_any_more(record: Record, silent: str) -> None:
    with record.transaction() as session:
        service = access.service(session, silent)
        before = hours.of_service(session, service.id)
    receive(record, "import", every(1, NOW, 1))
    with record.transaction() as session:
        hours.keep(session, service.id, NOW)
        brought = select(Feedback.id).where(Feedback.channel == "import", Feedback.received_at > NOW - WEEK)
        erasure.forget(session, session.scalars(brought).all(), by="test")
        assert hours.of_service(session, service.id) == before


def test_the_page_and_the_api_tell_how_each_channel_does(
    record: Record, client: TestClient[Litestar], admin: dict[str, str], silent: str
) -> None:
    receive(record, "web", [NOW], stage="set_aside", reason="clean: MemoryError")
    receive(record, "web", [NOW - dt.timedelta(hours=2)], stage="clean")
    by_channel = {it["channel"]: it for it in client.get(f"/v1/services/{silent}/channels", headers=admin).json()}
    assert [name for name, it in by_channel.items() if it["is_silent"]] == ["sms"]
    assert (by_channel["web"]["waiting"], by_channel["web"]["set_aside"]) == (1, {"clean: MemoryError": 1})
    assert by_channel["call"]["last_received_at"] is None
    reader = signed_in(client, record, access.Role.reader, silent)
    page = words_of(reader.get("/dashboard/blue-badge/channels"))
    assert "Silent Nothing for 95 h" in page or "Silent Nothing for 4 days" in page
    assert "1: clean: MemoryError" in page and "Never used" in page and "Who hands over" not in page
    assert reader.post("/dashboard/blue-badge/channels/test", headers=OURS).status_code == 403
    owner = signed_in(client, record, access.Role.owner, silent)
    page = words_of(owner.get("/dashboard/blue-badge/channels"))
    assert "Twilio Not set: switched off Nothing" in page
    tried = words_of(owner.post("/dashboard/blue-badge/channels/test", headers=OURS))
    assert "It does not lead here: nothing answers (ConnectError)." in tried


def test_what_is_handed_over_came_by_the_channel_of_who_gave_it_also_when_it_is_taken_back(
    record: Record, client: TestClient[Litestar], admin: dict[str, str], blue_badge: str
) -> None:
    receive(record, "web", every(3, NOW, 1))
    with record.transaction() as session:
        services.add(session, "bins", "Bins")
        piece = session.scalars(select(Feedback.id)).first()

    def came(slug: str) -> int:
        with record.transaction() as session:
            return sum(row.pieces for row in hours.of_service(session, access.service(session, slug).id))

    before = came(blue_badge)
    given = {"to": "bins", "reason": "It is about a bin"}
    done = client.post(f"/v1/feedback/{piece}/hand-over", json=given, headers=admin).json()
    assert (came(blue_badge), came("bins")) == (before, 0)
    assert client.post(f"/v1/hand-overs/{done['id']}/take-back", headers=admin).status_code == 200
    assert (came(blue_badge), came("bins")) == (before, 0)
