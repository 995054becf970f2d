"""An installation of an earlier version is upgraded in place and loses nothing.

The installations were filled by that version's own API and workers, from git: `python -m tests.tools.old_installation`.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine, select

from feedback.record.db import Record
from feedback.record.migrations import migrate
from feedback.record.models import Feedback
from feedback.record.settings import Settings
from feedback.record.states import FeedbackStage
from feedback.record.work.claims import Claimer
from feedback.record.work.queue import WorkQueue
from feedback.web.app import create_app
from tests.conftest import RealServers, database
from tests.tools.old_installation import KEPT, SECRET_KEY, WAITING
from workers.actors.clean import CLEAN
from workers.actors.group import GROUP
from workers.runtime.actor import Worker, work_once
from workers.runtime.model_loader import Tools

VERSIONS = sorted(path.name.removesuffix(".sql.gz") for path in KEPT.glob("*.sql.gz"))
OF_EACH_VERSION = {
    "trend",
    "noticing",
    "count",
    "raw",
    "first_seen",
    "last_seen",
    "by_channel",
    "quotes",
    "link",
    "in_words",
}
"""What a worker counts anew after an upgrade, what is chosen anew or as of the day; links may lead elsewhere, and each
version says in words of its own what the figures beside them are held to."""


@dataclass(frozen=True)
class Upgraded:
    """The store once it is migrated, and what the old version said of it by path."""

    engine: Engine
    record: Record
    key: str
    said: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


@pytest.fixture(scope="module", params=VERSIONS)
def upgraded(request: pytest.FixtureRequest, servers: RealServers) -> Iterator[Upgraded]:
    told = json.loads((KEPT / f"{request.param}.json").read_text())
    with database(servers, "upgraded") as engine:
        with engine.begin() as connection:
            connection.exec_driver_sql(gzip.decompress((KEPT / f"{request.param}.sql.gz").read_bytes()).decode())
            connection.exec_driver_sql("RESET ALL")  # pg_dump sets what its own session needs
        migrate(engine)
        settings = Settings(data=servers.data, secret_keys=(SECRET_KEY,), intake_rate=0)
        yield Upgraded(engine, Record(settings, engine), **told)


@pytest.fixture(scope="module")
def client(upgraded: Upgraded, servers: RealServers) -> Iterator[TestClient[Any]]:
    url = upgraded.engine.url.render_as_string(hide_password=False)
    with TestClient(create_app(upgraded.record.settings, url, servers.redis_url)) as client:
        yield client


def test_all_that_the_old_version_told_is_told_by_this_one(upgraded: Upgraded, client: TestClient[Any]) -> None:
    assert len(upgraded.said) > 20
    now = {path: client.get(path, headers=upgraded.headers).json() for path in upgraded.said}
    assert list(lost(upgraded.said, now, "")) == []


def test_what_waited_through_the_upgrade_is_read(upgraded: Upgraded, tools: Tools, servers: RealServers) -> None:
    claimer = Claimer(upgraded.engine)
    worker = Worker(upgraded.record, claimer, WorkQueue(servers.redis_url), tools)
    assert work_once(worker, CLEAN) and work_once(worker, GROUP)
    claimer.close()
    with upgraded.record.transaction() as session:
        assert set(session.scalars(select(Feedback.stage))) == {FeedbackStage.DONE}
        assert session.scalar(select(Feedback.id).where(Feedback.text == WAITING)) is not None


def lost(then: Any, now: Any, at: str) -> Iterator[str]:
    """What is no longer said, or otherwise; there may be more than there was."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name in then.keys() - OF_EACH_VERSION:
            yield from lost(then[name], now.get(name), f"{at} {name}")
    elif isinstance(then, list) and isinstance(now, list):
        yield from lost(_named(then), _named(now), at)
    elif then != now:
        yield f"{at}: {then!r} is {now!r}"


def _named(items: list[Any]) -> dict[Any, Any]:
    """By their ids, or by themselves, as a later version may list them otherwise; what has none, by its place."""
    names = [_name(item) for item in items]
    return dict(zip(names if len({*names, None}) > len(names) else range(len(items)), items, strict=True))


def _name(item: Any) -> Any:
    return item.get("id", item.get("feedback")) if isinstance(item, dict) else item if isinstance(item, str) else None
