"""Pages and exports from a replica: one that only reads, and one that really follows."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import delete, event, make_url

from feedback.http.replica import JUST_CHANGED
from feedback.operation.metrics import METRICS
from feedback.record import db
from feedback.record.db import Record
from feedback.record.models import Credential
from feedback.web.app import create_app
from tests.attacks import tenants
from tests.attacks.operations import operations, path_of
from tests.conftest import RealServers
from tests.faults.proxy import Proxy, proxy
from tests.insights.pages.signed_in import OURS, signed_in
from tests.standby import caught_up, following, socket_of, stand_still

Client = TestClient[Litestar]
Followed = tuple[Client, Proxy, str]
PAGES = 24
"""Pages for staff that are read from a replica, at the least; two more ask only who looks at them."""


@pytest.fixture
def asked() -> list[str]:
    """The pages that something was asked of the replica for, by the number of connections taken."""
    return []


@pytest.fixture
def reading(record: Record, servers: RealServers, asked: list[str]) -> Iterator[Client]:
    """An API whose replica is the same store, over connections that cannot write."""
    url = make_url(servers.database_url).update_query_dict({"options": "-c default_transaction_read_only=on"})
    settings = replace(record.operators_settings, database_read_url=url.render_as_string(hide_password=False))
    app = create_app(settings, servers.database_url, servers.redis_url)
    with TestClient(app) as client:
        event.listen(app.state.record.replica.engine, "begin", lambda _: asked.append("transaction"))
        yield client


def test_every_page_for_staff_is_read_from_where_nothing_can_be_written(
    reading: Client, record: Record, asked: list[str]
) -> None:
    tenant, staff = tenants.make(record, 1), signed_in(reading, record)
    read, failed = set(), {}
    for template in (path for method, path in operations(reading.app) if method == "GET" and "/v1/" not in path):
        reading.cookies.pop(JUST_CHANGED, None)
        asked.clear()
        answer = staff.get(path_of(template, tenant.ids), follow_redirects=False)
        if asked:
            read.add(template)
        if answer.status_code >= 500:
            failed[template] = answer.status_code
    assert failed == {}
    assert {"/dashboard", "/dashboard/{service:str}", "/dashboard/issues/{issue:uuid}", "/audit"} <= read
    assert len(read) >= PAGES


def test_whoever_has_just_changed_something_sees_it(reading: Client, record: Record, asked: list[str]) -> None:
    tenant, staff = tenants.make(record, 1), signed_in(reading, record)
    reading.cookies.pop(JUST_CHANGED)
    page = f"/dashboard/issues/{tenant.ids['issue']}"
    staff.get(page)
    assert asked
    answer = staff.post(f"{page}/decide", headers=OURS, follow_redirects=False)
    assert JUST_CHANGED in answer.cookies
    asked.clear()
    staff.get(page)
    assert not asked
    reading.cookies.pop(JUST_CHANGED)
    answer = staff.post("/setup/service", data={"name": "Parks"}, headers=OURS, follow_redirects=False)
    assert JUST_CHANGED in answer.cookies, "on the pages of the set-up, too"
    assert JUST_CHANGED not in staff.get("/v1/today").cookies


@pytest.fixture
def followed(
    record: Record, servers: RealServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Followed]:
    """An API that reads from a server which follows, or else from the primary; and the line to the former, its URL."""
    monkeypatch.setattr(db, "REPLICA_SECONDS", 0.3)
    with following(record, servers, tmp_path) as url, ExitStack() as lines:
        one, other = (lines.enter_context(proxy(socket_of(it))) for it in (url, servers.database_url))
        hosts = f"host=127.0.0.1:{one.port}&host=127.0.0.1:{other.port}&target_session_attrs=prefer-standby"
        either = f"postgresql+psycopg://feedback@/{make_url(url).database}?{hosts}&sslmode=disable"
        settings = replace(record.operators_settings, database_read_url=either)
        with TestClient(create_app(settings, servers.database_url, servers.redis_url)) as client:
            yield client, one, url


def test_the_primary_stands_in_for_a_replica_only_until_that_is_back(followed: Followed) -> None:
    client, line, _ = followed
    assert client.get("/health/ready").json()["replica"] == "ok"
    line.become("broken")
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["replica"]) == (200, "primary")
    line.become("well")
    time.sleep(0.4)
    assert client.get("/health/ready").json()["replica"] == "ok"


def test_a_replica_that_hangs_is_away_and_whoever_asks_is_answered_at_once(followed: Followed) -> None:
    client, line, _ = followed
    assert client.get("/health/ready").json()["replica"] == "ok"
    line.become("dead")
    for _ in range(2):
        began = time.monotonic()
        answer = client.get("/health/ready")
        assert (answer.status_code, answer.json()["replica"]) == (200, "away")
        assert time.monotonic() - began < 2.5
    line.become("broken")


def test_pages_and_exports_come_from_a_server_that_follows(
    record: Record, servers: RealServers, tmp_path: Path
) -> None:
    tenant = tenants.make(record, 1)
    with following(record, servers, tmp_path) as url:
        settings = replace(record.operators_settings, database_read_url=url)
        with TestClient(create_app(settings, servers.database_url, servers.redis_url)) as client:
            staff = signed_in(client, record)
            caught_up(record, url)
            staff.cookies.pop(JUST_CHANGED)
            followed = client.app.state.record.replica.engine.pool
            assert staff.get(f"/dashboard/{tenant.slug}").status_code == 200
            assert followed.checkedin() == 1
            assert staff.get(f"/v1/services/{tenant.slug}/export.csv").text.count("\n") > 1
            stand_still(url)
            with record.transaction() as session:
                session.execute(delete(Credential))
            assert staff.get(f"/dashboard/{tenant.slug}", follow_redirects=False).status_code != 200
            assert staff.get(f"/v1/services/{tenant.slug}/export.csv").status_code == 401


def test_the_metrics_tell_how_far_the_replica_is_behind(followed: Followed, record: Record) -> None:
    client, line, url = followed

    def told() -> dict[str, float]:
        METRICS.of(client.app.state.record)  # reads anew
        lines = re.findall(r"^feedback_replica_(\w+) (\S+)$", client.get("/metrics").text, re.MULTILINE)
        return {name: float(value) for name, value in lines}

    assert told() == {"up": 1, "behind_seconds": 0, "behind_bytes": 0}
    stand_still(url)
    tenants.make(record, 1)
    behind = told()
    assert behind["up"] == 1 and behind["behind_bytes"] > 0 and behind["behind_seconds"] > 0
    line.become("broken")
    assert told() == {"up": 0}
