"""The same thing said to several services at once, over the record: one signal, told to who may see them."""

import datetime as dt
import random
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record import services
from feedback.record.db import Record
from feedback.record.models import Feedback, Statement, ThemeSignal
from feedback.record.privacy import erasure
from tests.insights import made_up
from tests.insights.api.test_api import key
from tests.workers.actors.test_themes import renew, themes
from workers.runtime.actor import Worker
from workers.runtime.model_loader import Tools

Client = TestClient[Litestar]
Headers = dict[str, str]
NOW = dt.datetime.now(dt.UTC)

USUAL = {
    "bins": ("My bin was not emptied", "The lorry missed our street", "Recycling box is broken"),
    "parks": ("The swings in the park are broken", "Dog mess on the grass", "The park gate is locked too early"),
    "libraries": ("The library closes too early", "My reserved book never came", "No free computers in the library"),
    "parking": ("The parking machine took my coins", "I got a fine although I paid", "Too few parking spaces"),
    "housing": ("The boiler in my flat is broken", "Damp on the bedroom wall", "The repair man did not come"),
    "council-tax": ("My council tax bill is wrong", "I moved and still get the bill", "The discount was not applied"),
}
ENDINGS = ("", " again", " since last week", ", please help", ", this is annoying", " and nobody tells me why")
NEW = (
    "I cannot sign in since this morning",
    "Signing in fails, it says my password is wrong",
    "The login page throws me out",
    "My account will not let me log in",
)


def hear(record: Record, tools: Tools, said: list[tuple[str, str, float]]) -> None:
    """`said`: service, text, hours ago."""
    vectors = tools.encode([text for _, text, _ in said])
    with record.transaction() as session:
        issues = {slug: made_up.issue(session, slug, f"Something about {slug}") for slug in {it[0] for it in said}}
        for slug, text, age in said:
            made_up.report(session, issues[slug], text, said_at=NOW - dt.timedelta(hours=age))
        session.flush()
        rows = session.scalars(select(Statement).where(Statement.vector.is_(None)).order_by(Statement.id))
        for statement, vector in zip(rows, vectors, strict=True):
            statement.vector, statement.embedded_by, statement.issue_id = vector.tolist(), tools.model, None


@pytest.fixture
def town(record: Record, tools: Tools) -> None:
    """Six services with five usual weeks."""
    with record.transaction() as session:
        for slug in USUAL:
            services.add(session, slug, slug.title())
    rng = random.Random(5)
    hear(
        record,
        tools,
        [
            (slug, rng.choice(texts) + rng.choice(ENDINGS), rng.uniform(30, 33 * 24 - 1))
            for slug, texts in USUAL.items()
            for _ in range(40)
        ],
    )


def two_each(skip: int = 0) -> list[tuple[str, str, float]]:
    return [(slug, NEW[(2 * n + turn + skip) % 4], 3.0 * turn + n) for n, slug in enumerate(USUAL) for turn in (0, 1)]


def signals(client: Client, headers: Headers) -> list[dict[str, Any]]:
    return [theme["signal"] for theme in themes(client, headers) if theme["signal"]]


def test_six_services_with_two_reports_each_raise_one_signal_that_grows(
    client: Client, worker: Worker, record: Record, tools: Tools, admin: Headers, town: None
) -> None:
    renew(worker)
    assert signals(client, admin) == []
    hear(record, tools, two_each())
    renew(worker)
    [signal] = signals(client, admin)
    assert set(signal["by_service"]) == set(USUAL)
    assert 10 <= signal["observed"] <= 13
    hear(record, tools, [("bins", "Sign in does not work here either", 0.5)])
    renew(worker)
    [grown] = signals(client, admin)
    assert grown["observed"] >= signal["observed"]
    assert grown["detected_at"] == signal["detected_at"]
    assert "More than usual" in client.get("/dashboard", headers=admin).text


def test_a_key_of_one_service_hears_of_its_own_reports_alone(
    client: Client, worker: Worker, record: Record, tools: Tools, town: None
) -> None:
    hear(record, tools, two_each())
    renew(worker)
    mine = key(record, "reader", "parks")
    [signal] = signals(client, mine)
    assert (signal["by_service"], signal["observed"], signal["expected"]) == ({"parks": 2}, 2, None)
    [theme] = themes(client, mine)
    quotes = client.get(f"/v1/themes/{theme['id']}", headers=mine).json()["quotes"]
    assert len(quotes) == 2


def test_a_signal_ends_when_nobody_reports_any_more(
    client: Client, worker: Worker, record: Record, tools: Tools, admin: Headers, town: None
) -> None:
    hear(record, tools, two_each())
    renew(worker)
    with record.transaction() as session:
        signal = session.scalars(select(ThemeSignal)).one()
        signal.last_report_at = NOW - dt.timedelta(days=6)
        for statement in session.scalars(select(Statement).where(Statement.text.in_(NEW))):
            statement.said_at = NOW - dt.timedelta(days=6)
    renew(worker)
    assert themes(client, admin) == []


def test_one_text_sent_to_every_service_is_one_report(
    client: Client, worker: Worker, record: Record, tools: Tools, admin: Headers, town: None
) -> None:
    hear(record, tools, two_each())
    with record.transaction() as session:
        for piece in session.scalars(select(Feedback).where(Feedback.text.in_(NEW))):
            piece.fingerprint, piece.bands = (piece.text or "").encode(), [1]
    renew(worker)
    assert signals(client, admin) == []


def test_a_theme_is_no_longer_named_by_what_was_taken_back(
    client: Client, worker: Worker, record: Record, tools: Tools, admin: Headers, town: None
) -> None:
    hear(record, tools, two_each())
    renew(worker)
    [title] = [theme["title"] for theme in themes(client, admin) if theme["signal"]]
    with record.transaction() as session:
        erasure.erase(session, session.scalars(select(Feedback.id).where(Feedback.text == title)).all(), by="citizen")
    assert title not in client.get("/v1/themes", headers=admin).text
