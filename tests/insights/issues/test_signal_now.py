"""What is known now of a signal: how many by now, the last one, whether it grows, and words that tell what is wrong."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql

from feedback.record import access
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Signal, Statement, new_id
from feedback.record.states import SignalTier
from insights.detection.active_issues import ActiveIssue
from insights.detection.state import State
from insights.detection.statistics.pace import pace
from insights.issues import findings, signal_now
from insights.issues.pace_counts import rows_of_halves
from insights.issues.quotes import choose
from tests.insights import made_up

NOW = made_up.NOW
RNG = np.random.default_rng(7)
CENTRE = RNG.normal(size=384)
TOLD = [
    "The payment page stops with an error after I enter my card number.",
    "Paying by card fails on the last page and nothing is booked.",
    "I cannot pay for my permit because the card page shows an error.",
    "The page for payments hangs once the card number is entered.",
]


def minutes(ago: float) -> dt.datetime:
    return NOW - dt.timedelta(minutes=ago)


def report(session: Any, issue: Any, text: str, ago: float, *, near: float = 2.0, **more: Any) -> Any:
    """A report whose vector lies `near` the middle of the issue: noise alone at 0."""
    made = made_up.report(session, issue, text, said_at=minutes(ago), **more)
    vector = near * CENTRE + RNG.normal(size=384)
    session.execute(
        update(Statement).where(Statement.feedback_id == made.id).values(vector=vector / np.linalg.norm(vector))
    )
    return made


@pytest.fixture
def outage(record: Record, blue_badge: str) -> None:
    """Raised 80 minutes ago with four reports; since then a dozen more, and a copy."""
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge, "Payment page fails")
        first = [report(session, issue, text, 110 - 5 * n) for n, text in enumerate(TOLD)]
        made_up.signal(session, issue, first)
        session.execute(update(Signal).values(since=minutes(120), detected_at=minutes(80), channels={"web": 4}))
        for n in range(10):
            report(session, issue, f"{TOLD[n % 4]} Again today.", 30 - 2 * n, channel="sms" if n else "web")
        report(session, issue, TOLD[0], 3, weight=0)
        report(session, issue, "Screenshot on request.", 2, near=0)
        report(session, issue, "I have already told you my name and the number of my car.", 1, near=0)


def emerging(client: TestClient[Litestar], record: Record) -> dict[str, Any]:
    """As a reader of the service sees it."""
    with record.transaction() as session:
        key = access.create(session, "key", Role.reader, access.service(session, "blue-badge"))
    answer = client.get("/v1/services/blue-badge/emerging", headers={"Authorization": f"Bearer {key}"})
    [issue] = answer.json()["items"]
    return dict(issue["signal"])


def test_the_api_tells_how_many_there_are_by_now_and_what_there_were(
    client: TestClient[Litestar], record: Record, outage: None
) -> None:
    signal = emerging(client, record)
    now = signal["now"]
    assert (signal["observed"], now["reports"]) == (4, 16)
    assert dt.datetime.fromisoformat(now["last_report_at"]) == minutes(1)
    assert (now["pace"], now["only_channel"]) == ("growing", None)
    assert now["by_channel"] == {"web": 7, "sms": 9}


def test_an_outage_grows_from_its_first_minute_on(
    client: TestClient[Litestar], record: Record, blue_badge: str
) -> None:
    a_minute_ago = 1 - (dt.datetime.now(dt.UTC) - NOW) / dt.timedelta(minutes=1)  # these tests began a while ago
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        made_up.signal(session, issue, [report(session, issue, text, a_minute_ago) for text in TOLD])
        session.execute(update(Signal).values(since=minutes(a_minute_ago)))
    assert emerging(client, record)["now"]["pace"] == "growing"


def test_it_quotes_what_is_whole_and_central_each_citizen_once(
    client: TestClient[Litestar], record: Record, outage: None
) -> None:
    quotes = emerging(client, record)["now"]["quotes"]
    assert len({quote["feedback_id"] for quote in quotes}) == 3
    assert all("card" in quote["text"] or "Paying" in quote["text"] for quote in quotes)


def test_what_lies_at_the_edge_is_not_quoted_nor_what_says_the_same_in_nearly_the_same_words() -> None:
    said = {
        "I pay my taxes too, as everybody here does.": (0.5, 0.86, 0.0),
        "The photo upload fails on my phone every time.": (1.0, 0.0, 0.0),
        "The photo uplaod fails on my phone every time.": (0.85, 0.0, -0.53),
        "It will not take a picture from my camera roll.": (0.85, 0.0, 0.53),
        "The street lights in our road are off again.": (0.5, -0.86, 0.0),
    }
    rows = [
        SimpleNamespace(feedback_id=at, text=text, half=bytes(4) + np.array(vector, ">f2").tobytes())
        for at, (text, vector) in enumerate(said.items())
    ]
    assert [row.text for row in choose(rows, "Photo upload fails")] == [list(said)[1], list(said)[3]]


def test_the_same_words_are_quoted_once_as_long_as_there_are_others() -> None:
    said = ["The page is down.", "the page is down.", "No card is taken.", "Paying fails."]
    rows = [SimpleNamespace(feedback_id=at, text=text, half=None) for at, text in enumerate(said)]
    assert [row.text for row in choose(rows, "")] == [said[0], said[2], said[3]]
    assert [row.text for row in choose(rows[:3], "")] == [said[0], said[2], said[1]]


def test_where_all_that_is_said_is_short_the_newest_is_quoted(
    client: TestClient[Litestar], record: Record, blue_badge: str
) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        made_up.signal(session, issue, [report(session, issue, "Site down", ago) for ago in (9, 8, 7, 6)])
        session.execute(update(Signal).values(since=minutes(20)))
        last = session.scalars(select(Statement.feedback_id).order_by(Statement.said_at.desc())).first()
    assert str(last) in {quote["feedback_id"] for quote in emerging(client, record)["now"]["quotes"]}


@pytest.mark.parametrize(
    ("halves", "volumes", "expected"),
    [
        ((9, 2), (20, 20), "growing"),
        ((2, 9), (20, 20), "ebbing"),
        ((5, 5), (20, 20), "steady"),
        ((1, 9), (2, 60), "steady"),  # the service sleeps
        ((9, 2), (200, 20), "steady"),  # all of it is busier
        ((2, 0), (0, 0), "steady"),  # too few to tell
        ((0, 0), (10, 10), "steady"),
    ],
)
def test_pace_holds_the_halves_against_all_that_the_service_receives(
    halves: tuple[int, int], volumes: tuple[int, int], expected: str
) -> None:
    assert pace(*halves, *volumes) == expected


def test_the_query_for_the_halves_is_the_same_however_many_signals_there_are() -> None:
    signals = [Signal(id=new_id(), since=minutes(60 * hours), window_hours=24.0) for hours in (1, 2, 3)]
    first, all_of_them = (select(rows_of_halves(some, NOW)) for some in (signals[:1], signals))
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    assert str(first.compile(dialect=dialect)) == str(all_of_them.compile(dialect=dialect))


@pytest.mark.parametrize(
    ("tier", "kind", "reports"),
    [("watch", "problem", 4), ("good_news", "praise", 4), ("good_news", "problem", 0), ("signal", "problem", 0)],
)
def test_what_is_watched_and_what_is_praised_say_how_many_there_are_by_now(
    client: TestClient[Litestar], record: Record, blue_badge: str, tier: str, kind: str, reports: int
) -> None:
    """What is watched has joined nothing yet: its reports are other issues', and were two when it was raised."""
    with record.transaction() as session:
        held, told = made_up.issue(session, blue_badge, "Old"), made_up.issue(session, blue_badge, "New")
        pieces = [report(session, told if tier == "good_news" else held, text, 60) for text in TOLD]
        made_up.signal(session, told, pieces)
        session.execute(update(Signal).values(tier=tier, since=minutes(90), observed=0, last_report_at=minutes(50)))
        session.execute(update(Statement).values(kind=kind, evidence=kind == "problem" and tier != "good_news"))
        key = access.create(session, "key", Role.reader, access.service(session, "blue-badge"))
    path = f"/v1/services/blue-badge/emerging?tier={tier}"
    [issue] = client.get(path, headers={"Authorization": f"Bearer {key}"}).json()["items"]
    now = issue[tier]["now"]
    assert (now["reports"], len(now["quotes"]) > 0) == (reports, reports > 0)
    assert now["by_channel"] == ({"web": 4} if reports else {"call": 4})


def test_what_is_watched_goes_on_naming_the_pieces_that_it_is_found_in(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        first, later = (report(session, issue, text, 60) for text in TOLD[:2])
        made_up.signal(session, issue, [first])
        session.execute(update(Signal).values(tier="watch"))
        watched = ActiveIssue(str(issue.id), NOW, NOW, tier=SignalTier.WATCH, pieces=(str(first.id), str(later.id)))
        findings.end(session, issue.service_id, State(active=(watched,)), set(session.scalars(select(Signal.id))), NOW)
        [signal] = session.scalars(select(Signal))
        known = signal_now.reported(session, [signal])[signal.id]
    assert signal.feedback_ids == [first.id, later.id] and known.reports == 2
