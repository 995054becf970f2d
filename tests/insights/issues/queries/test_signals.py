"""What a signal rests on, what changed beside it, and what people say of it."""

import datetime as dt
import uuid
from typing import Any

import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, update

from feedback.record import access
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Alert, AuditEntry, Change, Feedback, Issue, Service, Signal
from insights.detection.statistics.trend import band, trend
from insights.issues import trends
from tests.insights import made_up
from tests.insights.raising import raise_signal, tell_again

Client = TestClient[Litestar]
Headers = dict[str, str]

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def photo(record: Record, blue_badge: str) -> uuid.UUID:
    """An issue that is emerging by phone alone."""
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        made_up.signal(session, issue, [made_up.report(session, issue, f"It fails {n}", "call") for n in range(4)])
        evidence = {"against": ["few reports"], "model": "minilm:1", "chance": 0.001}
        session.execute(update(Signal).values(evidence=evidence))
        return issue.id


def the_signal(record: Record) -> str:
    with record.transaction() as session:
        return str(session.scalars(select(Signal.id)).one())


def emerging(client: Client, headers: Headers, query: str = "") -> list[dict[str, Any]]:
    return list(client.get(f"/v1/services/blue-badge/emerging{query}", headers=headers).json()["items"])


def noticing(client: Client, headers: Headers) -> dict[str, Any]:
    return dict(client.get("/v1/services/blue-badge/summary", headers=headers).json()["noticing"])


def told(record: Record, client: Client, headers: Headers, what: str, hours: float, **more: Any) -> None:
    """Of a change that happened so long before the signal began."""
    with record.transaction() as session:
        since = session.scalars(select(Signal.since)).one()
    body = {"what": what, "at": (since - dt.timedelta(hours=hours)).isoformat(), **more}
    assert client.post("/v1/services/blue-badge/changes", json=body, headers=headers).status_code == 201


def test_the_evidence_of_an_issue_can_be_read_in_figures_and_in_words(
    client: Client, photo: uuid.UUID, admin: Headers
) -> None:
    found = client.get(f"/v1/issues/{photo}/evidence", headers=admin).json()
    [item] = found["items"]
    assert item["signal"]["only_channel"] == "call"
    assert item["signal"]["evidence"]["model"] == "minilm:1"
    assert "4 reports in 48 h (normally none or one in that time)" in item["in_words"][0]
    assert item["in_words"][0].endswith("by phone only.")
    assert (
        item["in_words"][1]
        == "Likely real, not chance. By chance alone, so many would come together about once in 19 years."
    )
    assert item["in_words"][2].startswith("Be careful: there are few reports, so a few")
    assert {quote["text"] for quote in item["quotes"]} == {f"It fails {n}" for n in range(4)}
    assert found["noticing"]["sight"] == "blind"


@pytest.mark.parametrize(
    ("what", "kind", "hours", "said"),
    [
        ("2.41", "release", 3, "Began 3 h after release 2.41."),
        ("Release 2.41", "release", 0.2, "Began within an hour of Release 2.41."),
        ("Carnival", "other", 71.9, "Began 3 days after Carnival."),
    ],
)
def test_what_was_changed_shortly_before_is_named_beside_a_signal(
    client: Client, record: Record, photo: uuid.UUID, admin: Headers, what: str, kind: str, hours: float, said: str
) -> None:
    told(record, client, admin, what, hours, kind=kind)
    [item] = client.get(f"/v1/issues/{photo}/evidence", headers=admin).json()["items"]
    assert said in item["in_words"]
    assert [change["what"] for change in emerging(client, admin)[0]["signal"]["changes"]] == [what]


def test_what_lasted_when_it_began_is_named_and_what_was_long_before_or_came_later_is_not(
    client: Client, record: Record, photo: uuid.UUID, admin: Headers
) -> None:
    told(record, client, admin, "payments", 200, kind="outage", until=(NOW + DAY).isoformat())
    told(record, client, admin, "1.0", 100)
    told(record, client, admin, "3.0", -1)
    [item] = client.get(f"/v1/issues/{photo}/evidence", headers=admin).json()["items"]
    assert [line for line in item["in_words"] if line.startswith("Began")] == ["Began during outage payments."]


def test_an_alert_names_the_change_and_what_speaks_against_it(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        at = NOW - dt.timedelta(hours=12)
        session.add(Change(service_id=access.service(session, blue_badge).id, kind="release", what="2.41", at=at))
    raise_signal(record, evidence={"against": ["one day only"]})
    with record.transaction() as session:
        said = session.scalars(select(Alert.facts)).one()["signal"]
    assert [(change["what"], change["hours"]) for change in said["changes"]] == [("2.41", 3.0)]
    assert said["evidence"] == {"against": ["one day only"]}


def test_a_false_alarm_is_no_longer_shown_nor_sent_and_counts_as_one_until_that_is_taken_back(
    client: Client, record: Record, blue_badge: str, admin: Headers
) -> None:
    signal = raise_signal(record)
    path = f"/v1/signals/{signal.id}/false-alarm"
    assert client.put(path, json={"reason": "A rehearsal"}, headers=admin).status_code == 204
    assert emerging(client, admin) == []
    tell_again(record, signal, observed=40)
    with record.transaction() as session:
        assert len(session.scalars(select(Alert)).all()) == 1
        assert session.get_one(Signal, signal.id).ended_at is None
    found = noticing(client, admin)
    assert (found["sent"], found["marked_false"], found["false_per_week"], found["tolerance"]) == (1, 1, 1.0, 0.02)
    assert client.delete(path, headers=admin).status_code == 204
    assert len(emerging(client, admin)) == 1
    assert noticing(client, admin)["marked_false"] == 0
    with record.transaction() as session:
        acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert acts == ["issue false alarm", "issue no false alarm"]
    history = client.get(f"/v1/issues/{signal.issue_id}/history", headers=admin).json()["items"]
    assert [(event["what"], event["reason"]) for event in history] == [
        ("no false alarm", None),
        ("false alarm", "A rehearsal"),
    ]


def test_who_only_reads_or_is_of_another_service_calls_nothing_false(
    client: Client, record: Record, photo: uuid.UUID
) -> None:
    def key(role: Role, slug: str) -> Headers:
        with record.transaction() as session:
            return {"Authorization": f"Bearer {access.create(session, 'key', role, access.service(session, slug))}"}

    with record.transaction() as session:
        session.add(Service(slug="bins", name="Bins", stored_properties={}))
    path = f"/v1/signals/{the_signal(record)}/false-alarm"
    assert client.put(path, headers=key(Role.reader, "blue-badge")).status_code == 403
    other = client.put(path, headers=key(Role.owner, "bins"))
    missing = client.put(f"/v1/signals/{uuid.uuid4()}/false-alarm", headers=key(Role.owner, "bins"))
    assert other.status_code == missing.status_code == 404
    assert client.put(path, headers=key(Role.editor, "blue-badge")).status_code == 204


def test_what_is_watched_is_shown_apart(client: Client, record: Record, photo: uuid.UUID, admin: Headers) -> None:
    with record.transaction() as session:
        session.execute(update(Signal).values(tier="watch"))
    assert emerging(client, admin) == []
    [issue] = emerging(client, admin, "?tier=watch")
    assert issue["signal"] is None
    assert issue["watch"]["tier"] == "watch"
    summary = client.get("/v1/services/blue-badge/summary", headers=admin).json()
    assert (summary["emerging"], summary["watched"], summary["noticing"]["sent"]) == (0, 1, 0)


def test_good_news_is_shown_by_itself_and_counts_as_no_problem(
    client: Client, record: Record, photo: uuid.UUID, admin: Headers
) -> None:
    with record.transaction() as session:
        session.execute(update(Signal).values(tier="good_news"))
        session.execute(update(Issue).values(tone="praise"))
    [issue] = emerging(client, admin, "?tier=good_news")
    assert (issue["signal"], issue["watch"], issue["good_news"]["tier"]) == (None, None, "good_news")
    assert emerging(client, admin) == emerging(client, admin, "?tier=watch") == []
    summary = client.get("/v1/services/blue-badge/summary", headers=admin).json()
    assert (summary["emerging"], summary["watched"], summary["good_news"], summary["noticing"]["sent"]) == (0, 0, 1, 0)


@pytest.mark.parametrize(("days", "often", "sight"), [(20, 1, "blind"), (9, 5, "learning"), (30, 5, "sure")])
def test_a_service_says_how_well_it_can_be_watched(
    client: Client, record: Record, blue_badge: str, admin: Headers, days: int, often: int, sight: str
) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        for day in range(days + 1):
            for number in range(often):
                made_up.report(session, issue, f"Day {day}, {number}", said_at=NOW - day * DAY)
    found = noticing(client, admin)
    assert found["sight"] == sight
    assert ("9 days old" in found["says"]) is (sight == "learning")


def test_the_trend_of_an_issue_holds_the_band_of_what_is_usual(
    client: Client, record: Record, blue_badge: str, admin: Headers
) -> None:
    with record.transaction() as session:
        usual, other = made_up.issue(session, blue_badge), made_up.issue(session, blue_badge, "Letters")
        for day in range(60):
            made_up.report(session, usual, f"a {day}", said_at=NOW - day * DAY)
            made_up.report(session, other, f"b {day}", said_at=NOW - day * DAY)
        apart = made_up.report(session, usual, "spam", weight=0)
        issue = usual.id
    points = client.get(f"/v1/issues/{issue}/trend?days=7", headers=admin).json()["items"]
    assert len(points) == 7
    until_now = [point for point in points if point["day"] <= f"{NOW:%F}"]  # it may be past midnight by now
    last = until_now[-1]
    assert apart.weight == 0 and last["count"] == 1 and last["service_total"] == 2
    for point in until_now:
        assert point["expected"] == pytest.approx(1, abs=0.05)
        assert point["expected_low"] <= 1 <= point["expected_high"] <= 4


def test_days_before_which_nothing_came_expect_nothing() -> None:
    assert band([3, 0], [5, 5])[0] is None


def test_a_band_holds_about_nine_days_of_ten() -> None:
    counts = np.random.default_rng(7).poisson(4, 2_000)
    bands = band(counts, np.full(2_000, 100))[30:]
    inside = [one is not None and one.low <= count <= one.high for one, count in zip(bands, counts[30:], strict=True)]
    assert 0.88 <= np.mean(inside) <= 0.98


DAILY: dict[str, list[int]] = {
    "new": [0] * 31 + [1, 2, 0, 1],
    "emerging": [1, 0] * 14 + [3] * 7,
    "steady": [2] * 35,
    "fading": [2] * 28 + [0] * 7,
}


@pytest.mark.parametrize("name", DAILY)
def test_a_trend_follows_from_daily_counts(name: str) -> None:
    assert trend(DAILY[name], [20] * 35) == name


def test_a_busy_service_makes_no_issue_emerge() -> None:
    assert trend([1] * 28 + [4] * 7, [20] * 28 + [80] * 7) == "steady"


def refreshed(record: Record, counts: list[int], **more: Any) -> str:
    """The trend of an issue with these daily reports (today's last), among a steady service."""
    with record.transaction() as session:
        issue, other = made_up.issue(session, "blue-badge"), made_up.issue(session, "blue-badge", "Letters")
        for back, count in enumerate(reversed(counts)):
            for number in range(count):
                made_up.report(session, issue, f"{back} {number}", said_at=NOW - back * DAY, **more)
            for number in range(10):
                made_up.report(session, other, f"other {back} {number}", said_at=NOW - back * DAY)
        trends.refresh(session, access.service(session, "blue-badge"), NOW)
        return issue.trend


@pytest.mark.parametrize("name", DAILY)
def test_every_issue_gets_its_trend_from_what_is_stored(record: Record, blue_badge: str, name: str) -> None:
    assert refreshed(record, DAILY[name]) == name


def test_copies_and_spam_make_no_trend(record: Record, blue_badge: str) -> None:
    assert refreshed(record, DAILY["emerging"], weight=0) == "fading"


def test_an_issue_that_comes_back_after_months_is_not_new(record: Record, blue_badge: str) -> None:
    assert refreshed(record, [1] * 3 + [0] * 56 + [1]) != "new"


def test_the_trend_of_an_issue_with_a_signal_is_what_the_signal_says(record: Record, photo: uuid.UUID) -> None:
    def set_by(kind: str) -> str:
        with record.transaction() as session:
            session.execute(update(Signal).values(kind=kind))
            trends.refresh(session, access.service(session, "blue-badge"), NOW)
            return session.get_one(Issue, photo).trend

    with record.transaction() as session:
        session.execute(update(Feedback).values(said_at=NOW - 20 * DAY))
    assert [set_by("new"), set_by("surge"), set_by("regression")] == ["new", "emerging", "emerging"]
