"""Real servers for every test that wants them, started once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Connection, Engine, text

from feedback.process import embedded
from feedback.record import access, services
from feedback.record.db import Record, engine_for
from feedback.record.migrations import migrate
from feedback.record.models import Base
from feedback.record.settings import Settings, variable_of
from feedback.record.work.claims import Claimer
from feedback.record.work.queue import WorkQueue
from feedback.web.app import create_app
from tests.insights.mailbox import Box, mailbox
from tests.insights.receivers import Receiver, receiver
from workers.runtime.actor import Worker
from workers.runtime.model_loader import Tools

if TYPE_CHECKING:
    from playwright.sync_api import Browser

for one in fields(Settings):  # what the machine is set to, as a PORT of its own, is nothing that a test asks for
    for variable in (variable_of(one), f"{variable_of(one)}_FILE"):
        os.environ.pop(variable, None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with what takes minutes, so that no process works on it alone at the end."""
    items.sort(key=lambda item: "whole" not in item.path.parts)


@dataclass(frozen=True, slots=True)
class RealServers:
    """PostgreSQL and Valkey of this test run alone, and the folder that stands for `FEEDBACK_DATA`."""

    database_url: str
    redis_url: str
    data: Path


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServers]:
    data = tmp_path_factory.mktemp("data")
    with embedded.servers(data) as found:
        yield RealServers(found.database_url, found.redis_url, data)


@pytest.fixture(scope="session")
def migrated(servers: RealServers) -> Iterator[Record]:
    settings = Settings(data=servers.data, intake_rate=0)
    engine = engine_for(servers.database_url)
    migrate(engine)
    yield Record(settings, engine)
    engine.dispose()


@pytest.fixture
def record(migrated: Record) -> Iterator[Record]:
    """An empty store."""
    yield migrated
    clear(migrated.engine)


@contextmanager
def database(servers: RealServers, name: str) -> Iterator[Engine]:
    """An empty one beside that of the other tests, dropped at the end."""
    admin = engine_for(servers.database_url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    made = engine_for(admin.url.set(database=name).render_as_string(hide_password=False))
    yield made
    made.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    admin.dispose()


def clear(engine: Engine) -> None:
    """Empties the store, and drops the days of raw text."""
    with engine.begin() as connection:
        _empty(connection)
        for day in connection.scalars(text("SELECT relid::text FROM pg_partition_tree('raw') WHERE level = 1")):
            connection.execute(text(f"DROP TABLE {day}"))


def _empty(connection: Connection) -> None:
    """Deletes what there is, and counts from one again: ten times as quick as truncating every table."""
    tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in tables)
    for name in sorted(connection.scalars(text(filled)), key=tables.index):
        connection.execute(text(f"DELETE FROM {name}"))
    for name in ("untallied_issues", "feedback_tallies"):  # where triggers noted what was deleted
        connection.execute(text(f"DELETE FROM {name}"))
    sequence = "format('%I.%I', schemaname, sequencename)::regclass"
    connection.execute(text(f"SELECT setval({sequence}, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL"))


@pytest.fixture
def work_queue(servers: RealServers) -> WorkQueue:
    return WorkQueue(servers.redis_url)


@pytest.fixture(scope="session")
def app(migrated: Record, servers: RealServers) -> Litestar:
    """Put together once for all tests; it starts and ends with each."""
    return create_app(migrated.settings, servers.database_url, servers.redis_url)


@pytest.fixture
def client(record: Record, app: Litestar) -> Iterator[TestClient[Litestar]]:
    with TestClient(app) as client:
        yield client


@pytest.fixture
def blue_badge(record: Record) -> str:
    """The slug of a service."""
    with record.transaction() as session:
        services.add(session, "blue-badge", "Blue Badge")
    return "blue-badge"


@pytest.fixture
def admin(record: Record) -> dict[str, str]:
    """The headers of somebody who may do everything."""
    with record.transaction() as session:
        return {"Authorization": f"Bearer {access.create(session, 'key', access.Role.admin, None)}"}


@pytest.fixture(scope="session")
def tools(servers: RealServers) -> Tools:
    """The models, loaded once for all tests."""
    return Tools(Settings(data=servers.data))


@pytest.fixture
def worker(record: Record, work_queue: WorkQueue, tools: Tools) -> Iterator[Worker]:
    claimer = Claimer(record.engine)
    yield Worker(record, claimer, work_queue, tools)
    claimer.close()


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """A receiver of webhooks on loopback."""
    with receiver() as found:
        yield found


@pytest.fixture
def box() -> Iterator[tuple[Box, str]]:
    """A mail server on loopback, and its address."""
    with mailbox() as found:
        yield found


@pytest.fixture(scope="session")
def reaching_loopback(migrated: Record) -> Settings:
    """Alerts may go where the receivers of the tests are."""
    return replace(migrated.settings, webhook_allow=("127.0.0.0/8",))


@pytest.fixture
def local(worker: Worker, reaching_loopback: Settings) -> Worker:
    """A worker whose alerts may reach loopback."""
    return replace(worker, record=Record(reaching_loopback, worker.record.engine))


@pytest.fixture(scope="session")
def local_app(reaching_loopback: Settings, servers: RealServers) -> Litestar:
    return create_app(reaching_loopback, servers.database_url, servers.redis_url)


@pytest.fixture
def api(local: Worker, local_app: Litestar) -> Iterator[TestClient[Litestar]]:
    """The client of an API whose subscribers may be on loopback."""
    with TestClient(local_app) as client:
        yield client


@pytest.fixture
def subscribed(api: TestClient[Litestar], admin: dict[str, str], blue_badge: str, hook: Receiver) -> dict[str, Any]:
    """A subscription of `hook` to all of Blue Badge, as the API answered it."""
    wanted = {"service": blue_badge, "kind": "webhook", "url": hook.url, "contact": "owner@example.org"}
    answer = api.post("/v1/subscriptions", json=wanted, headers=admin)
    assert answer.status_code == 201
    return dict(answer.json())


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A headless browser, for a module at most: while it lives, its event loop stands in the way of any other."""
    from tests.browser import chromium

    with chromium() as found:
        yield found
