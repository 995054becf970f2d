"""Whatever door words come in by: what is personal stands nowhere but sealed, what is not until it is erased."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, update
from structlog.testing import capture_logs

from feedback.cli.operation.trace import lines
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Feedback, Statement
from feedback.record.states import IssueStatus
from feedback.record.trace import trace
from feedback.web.app import create_app
from ingest.channels import CHANNELS
from tests.conftest import RealServers
from tests.insights import made_up
from tests.insights.pages.signed_in import OURS, signed_in
from tests.walking import walk
from tests.whole import doors
from tests.whole.doors import DOORS, Visit
from tests.whole.stores import analyse, holders
from workers.runtime.actor import Worker

Client = TestClient[Litestar]

NAMES = [door.__name__.replace("_", "") for door in (*DOORS, doors.imported)]
ORDINARY = [f"quokka{name}ramp" for name in NAMES]
PERSONAL = [f"doecanary{name}" for name in NAMES]
NUMBERS = [f"77009004{number}" for number in range(10, 10 + len(NAMES))]
WHEN = dt.datetime(2025, 3, 3, 9, 30, tzinfo=dt.UTC)
ALL = (*ORDINARY, *PERSONAL, *NUMBERS)


@pytest.fixture
def client(record: Record, servers: RealServers, blue_badge: str) -> Iterator[Client]:
    doors.opened(record)
    secrets: dict[str, Any] = {
        "twilio_auth_token": doors.TWILIO_TOKEN,
        "notify_token": doors.NOTIFY_TOKEN,
        "vonage_secret": doors.VONAGE_SECRET,
    }
    settings = dataclasses.replace(record.settings, **secrets)
    with TestClient(create_app(settings, servers.database_url, servers.redis_url)) as client:
        yield client


@pytest.fixture
def visits(client: Client, record: Record, admin: dict[str, str]) -> list[Visit]:
    """One citizen a door, each with words of their own; the last one's come in by a file."""
    signed_in(client, record, Role.editor, "blue-badge")
    editor = OURS | {"Cookie": "; ".join(f"{name}={value}" for name, value in client.cookies.items())}
    client.cookies.clear()
    found = []
    for ordinary, personal, number in zip(ORDINARY, PERSONAL, NUMBERS, strict=True):
        mail = f"{personal}@home.example"
        words = f"The {ordinary} at the entrance is broken. Write to {mail} or ring 0{number}"
        found.append(Visit(client, admin, editor, words, mail, mail, f"+44{number}", WHEN))
    return found


def test_every_channel_has_a_door_here() -> None:
    names = {door.__name__.replace("_", "-").removeprefix("plain-") for door in DOORS}
    assert {name.rsplit("/", 1)[-1] for name in CHANNELS} <= names


def test_what_comes_in_stands_only_where_it_may(visits: list[Visit], servers: RealServers, worker: Worker) -> None:
    with capture_logs() as logged:
        *visitors, by_file = visits
        for enter, visit in zip(DOORS, visitors, strict=True):
            assert enter(visit).is_success, enter.__name__
        doors.imported(worker.record, worker.work_queue, by_file.words, by_file.mail)
        assert holders(servers, *ALL) == []
        walk(worker)
        pieces = name_issues(worker.record)
        for visit, piece in zip(visits, pieces, strict=True):
            tell_that_it_is_not_fixed(visit, worker.record, piece)
        analyse(servers)
        assert holders(servers, *ALL) == [f"PostgreSQL: {word}" for word in ORDINARY]
        told = [
            text for piece in pieces for text in (*seen_by_the_public(visits[0], piece), traced(worker.record, piece))
        ]
        assert held_by("\n".join(told)) == []
        for visit, piece in zip(visits, pieces, strict=True):
            assert visit.client.delete(f"/v1/receipts/{piece.receipt}").status_code == 204
        assert holders(servers, *ALL) == []
    assert logged and held_by(repr(logged)) == []


def held_by(text: str) -> list[str]:
    return [word for word in ALL if word in text.casefold()]


def name_issues(record: Record) -> list[Feedback]:
    """The pieces, in the order of the doors, the words of each of which have become the title of an issue."""
    with record.transaction() as session:
        pieces = session.scalars(select(Feedback).order_by(Feedback.id)).all()
        for piece, ordinary in zip(pieces, ORDINARY, strict=True):
            assert piece.text is not None and ordinary in piece.text
            mine = Statement.feedback_id == piece.id
            said = session.scalars(select(Statement.text).where(mine, Statement.text.contains(ordinary))).one()
            issue = made_up.issue(session, "blue-badge", said)
            session.execute(update(Statement).where(mine).values(issue_id=issue.id))
        return list(pieces)


def tell_that_it_is_not_fixed(visit: Visit, record: Record, piece: Feedback) -> None:
    """An editor gives the issue another title and resolves it, and the citizen says that it is not fixed."""
    with record.transaction() as session:
        issue = session.scalars(select(Statement.issue_id).where(Statement.feedback_id == piece.id).distinct()).one()
    wanted = {"title": "The way in", "status": IssueStatus.RESOLVED, "reason": "Repaired"}
    assert visit.client.patch(f"/v1/issues/{issue}", json=wanted, headers=visit.office).is_success
    assert visit.client.post(f"/v1/receipts/{piece.receipt}/not-fixed").is_success


def seen_by_the_public(visit: Visit, piece: Feedback) -> Iterator[str]:
    """The receipt, metrics, health, and pages that are not there."""
    paths = ("/v1/receipts/{}", "/receipts/{}", "/metrics", "/health/ready", "/v1/feedback/{}", "/no/such/page")
    for path in paths:
        yield visit.client.get(path.format(piece.receipt)).text
    visit.client.get(f"/v1/services/{visit.mail}/issues?q={visit.mail}")  # which the log must not tell
    visit.client.get(f"/receipts/{visit.mail}")


def traced(record: Record, piece: Feedback) -> str:
    with record.transaction() as session:
        found = trace(session, piece.id)
    return msgspec.json.encode(found).decode() + "\n".join(lines(found))
