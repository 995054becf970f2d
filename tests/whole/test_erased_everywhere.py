"""What is erased is nowhere: not in PostgreSQL, not in Redis, not in any file."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.cli import main
from feedback.record.db import Record
from feedback.record.encryption import KeyRing
from feedback.record.models import (
    Alert,
    Contact,
    Delivery,
    Feedback,
    Issue,
    IssueBefore,
    Refit,
    Statement,
    Subscription,
    Theme,
    ThemeIssue,
    new_id,
)
from feedback.record.privacy import contacts
from feedback.record.states import ChannelName
from ingest.intake.accept import accept
from ingest.intake.arrival import Arrival
from insights.alerts.delivery.credentials import Credentials, seal
from tests.conftest import RealServers
from tests.insights.api.test_api import key
from tests.walking import walk
from tests.whole.stores import holders
from tests.workers.texts import USUAL, said
from workers.runtime import retention
from workers.runtime.actor import Worker

Client = TestClient[Litestar]

CANARY = "zanzibarquux"
WORDS = f"The {CANARY} upload is broken and I will kill myself tonight"
"""Long enough to be quoted, short enough to name an issue, and urgent."""
CONTACT = "07700 900888"
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def piece(worker: Worker, blue_badge: str) -> Iterator[str]:
    """The receipt of a piece that named an issue, was quoted, alerted about, and left a contact."""
    arrivals = [Arrival("blue-badge", text, ChannelName.WEB, "test", submitted_at=NOW) for text in said(USUAL, 40)]
    mine = Arrival("blue-badge", WORDS, ChannelName.WEB, "test", contact=CONTACT, attributes={"office": CANARY})
    with worker.record.transaction() as session:
        accept(session, worker.record.keys, arrivals, NOW)
        [answer] = accept(session, worker.record.keys, [mine], NOW)
    walk(worker)
    with worker.record.transaction() as session:
        _name_an_issue(session, worker.record.keys, WORDS)
    yield str(getattr(answer, "receipt", ""))


def _name_an_issue(session: Any, keys: KeyRing, words: str) -> None:
    statement = session.scalars(select(Statement).where(Statement.text.contains(CANARY))).one()
    issue = session.scalars(select(Issue)).first()
    statement.issue_id, issue.title, issue.keywords = issue.id, words, [CANARY, "badge"]
    issue.quotes = [*issue.quotes, statement.id]
    past = {
        "title": words,
        "tone": "issue",
        "keywords": [CANARY],
        "quotes": [],
        "model": "m",
        "centroid": [1.0],
        "radius": 0.5,
    }
    session.add(IssueBefore(refit_id=session.scalar(select(Refit.id)), issue_id=issue.id, **past))
    theme = Theme(title=words, centroid=[1.0])
    session.add(theme)
    session.flush()
    session.add(ThemeIssue(theme_id=theme.id, issue_id=issue.id))
    alert = session.scalars(select(Alert)).one()
    identity = new_id()
    address = seal(keys, identity, Credentials("https://example.org"))
    subscription = Subscription(
        id=identity,
        theme_id=theme.id,  # of all services, as an admin has one
        kind="webhook",
        shown="x",
        sealed=address,
        stage="idle",
    )
    session.add(subscription)
    session.flush()
    session.add(
        Delivery(subscription_id=subscription.id, alert_ids=[alert.id], outcome="delivered", seconds=0.1, answer=words)
    )


def test_taken_back_it_is_in_no_store(client: Client, servers: RealServers, record: Record, piece: str) -> None:
    assert holders(servers, CANARY) == [f"PostgreSQL: {CANARY}"]
    assert client.delete(f"/v1/receipts/{piece}").status_code == 204
    assert holders(servers, CANARY) == []
    with record.transaction() as session:
        issue = session.scalars(select(Issue).where(Issue.erased == 1)).one()
        assert issue.keywords == ["badge"] and issue.title


def test_a_contact_finds_it_too_however_it_is_written(
    client: Client, servers: RealServers, record: Record, piece: str
) -> None:
    """An owner of the service reaches what was sent to others, too, though they see nothing of it."""
    owner = key(record, "owner", "blue-badge")
    asked = {"contact": "+44 7700 900888"}
    told = client.post("/v1/services/blue-badge/subject-access", json=asked, headers=owner)
    [mine] = told.json()["items"]
    assert (mine["contact"], mine["as_it_came"]["message"]) == (CONTACT, WORDS)
    assert CANARY in mine["feedback"]["text"] and mine["statements"][0]["issue"] == WORDS
    answer = client.post("/v1/services/blue-badge/erasures", json=asked, headers=owner)
    assert len(answer.json()["erased"]) == 1
    assert holders(servers, CANARY) == []
    assert client.post("/v1/services/blue-badge/erasures", json=asked, headers=owner).status_code == 404


def test_what_is_kept_no_longer_is_gone_and_what_is_recent_stays(
    client: Client, servers: RealServers, record: Record, piece: str
) -> None:
    with record.transaction() as session:
        mine = session.scalars(select(Feedback).where(Feedback.receipt == piece)).one()
        mine.received_at -= dt.timedelta(days=800)
    retention.nightly(record, NOW)
    assert holders(servers, CANARY) == []
    assert client.get(f"/v1/receipts/{piece}").json()["state"] == "expired"
    with record.transaction() as session:
        stages = session.scalars(select(Feedback.stage)).all()
    assert stages.count("expired") == 1 and stages.count("done") == 40


def test_contacts_outlive_the_key_of_keys(record: Record, piece: str) -> None:
    new = b"C" * 32
    with record.transaction() as session:
        contacts.rewrap(session, KeyRing([new, *record.settings.keys()]))
    with record.transaction() as session:
        ids = session.scalars(select(Contact.feedback_id)).all()
        assert list(contacts.read(session, KeyRing([new]), ids).values()) == [CONTACT]


def test_the_commands_tell_and_erase(servers: RealServers, piece: str) -> None:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, env={"FEEDBACK_DATA": str(servers.data)})

    told = run("export-subject", "--receipt", piece.lower())
    assert msgspec.json.decode(told.stdout)[0]["as_it_came"]["message"] == WORDS
    assert run("erase", "--receipt", piece, "--contact", CONTACT).exit_code == 2
    assert run("erase", "--receipt", piece).stdout == "Erased: 1\n"
    assert holders(servers, CANARY) == []
