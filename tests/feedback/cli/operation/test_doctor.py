"""`feedback doctor`: what is wrong, and what to do."""

import base64
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from feedback.cli import main
from feedback.operation import doctor
from feedback.record import installation, services
from feedback.record.db import ERASURE_LEDGER, Record
from feedback.record.models import Subscription, new_id
from feedback.record.privacy import raw
from feedback.record.work.claims import ADVISORY_LOCKS, Claimer
from insights.alerts.delivery import credentials
from insights.alerts.delivery.credentials import Credentials
from tests.conftest import RealServers
from tests.insights import made_up
from tests.standby import following, stand_still

LATELY = dt.timedelta(minutes=20)


@pytest.fixture
def urls(servers: RealServers, record: Record) -> dict[str, str]:
    (servers.data / ERASURE_LEDGER).unlink(missing_ok=True)
    return {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, "FEEDBACK_DATA": str(servers.data)}


@pytest.fixture
def at_work(record: Record) -> Iterator[None]:
    """A worker and a scheduler live."""
    claimer = Claimer(record.engine)
    with record.engine.connect() as watch:
        watch.execute(text("SELECT pg_advisory_lock(:c, 2)"), {"c": ADVISORY_LOCKS})
        yield
        watch.execute(text("SELECT pg_advisory_unlock_all()"))
    claimer.close()


def examined(urls: dict[str, str]) -> tuple[int, dict[str, str]]:
    """The exit code, and by what each is about its line with what to do."""
    done = CliRunner(env=urls).invoke(main, ["doctor"])
    lines = done.output.replace("\n     ->", " ->").splitlines()
    return done.exit_code, {line[5:].partition(":")[0]: line for line in lines if line[:3] in ("ok ", "BAD")}


def wrong(urls: dict[str, str]) -> dict[str, str]:
    code, found = examined(urls)
    bad = {about: line for about, line in found.items() if line.startswith("BAD")}
    assert code == bool(bad) and all("->" in line for line in bad.values())
    return bad


@pytest.mark.usefixtures("at_work")
def test_nothing_is_wrong_with_what_works(urls: dict[str, str]) -> None:
    assert wrong(urls) == {}
    _, found = examined(urls)
    assert {"keys", "disk", "model", "mail", "Redis", "PostgreSQL", "clock", "schema", "stage clean"} <= found.keys()


def test_a_folder_with_nothing_in_it_is_said_to_be_so_and_nothing_is_started_there(tmp_path: Path) -> None:
    there = tmp_path / "nothing"
    done = CliRunner().invoke(main, ["doctor"], env={"FEEDBACK_DATA": str(there), "DATABASE_URL": ""})
    assert done.exit_code == 1 and f"nothing is installed in {there}" in done.output
    assert not there.exists()


def test_who_does_not_work_is_named_with_the_command_that_starts_them(urls: dict[str, str]) -> None:
    found = wrong(urls)
    assert "feedback work" in found["workers"] and "feedback schedule" in found["scheduler"]


@pytest.mark.usefixtures("at_work")
def test_what_waits_what_failed_and_what_came_back_is_told(
    urls: dict[str, str], record: Record, servers: RealServers, blue_badge: str
) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        long_ago = dt.datetime.now(dt.UTC) - LATELY
        made_up.report(session, issue, "Still waits", stage="group", received_at=long_ago)
        made_up.report(session, issue, "Failed", stage="set_aside")
        back = made_up.report(session, issue, "Taken back once")
    (servers.data / ERASURE_LEDGER).write_text(f"2026-01-01T00:00:00+00:00 {back.id}\n")
    found = wrong(urls)
    assert found.keys() == {"stage group", "set aside", "erasures"}
    assert "1 wait, the oldest for 1,2" in found["stage group"] and "1 by " in found["set aside"]


@pytest.mark.usefixtures("at_work")
def test_another_key_another_schema_and_servers_that_are_away_are_told(urls: dict[str, str], record: Record) -> None:
    with record.transaction() as session:
        raw.day_key(session, record.keys, dt.datetime.now(dt.UTC).date())
    other = {"FEEDBACK_SECRET_KEY": base64.b64encode(bytes(32)).decode()}
    assert "FEEDBACK_SECRET_KEY" in wrong(urls | other)["sealed text"]
    assert "Redis" in wrong(urls | {"REDIS_URL": "redis://127.0.0.1:1/0"})
    assert "mail" in wrong(urls | {"FEEDBACK_SMTP_URL": "smtp://127.0.0.1:1"})
    with record.transaction() as session:
        changes = {"smtp_url": "smtp://localhost:1"}
        installation.save(session, record.keys, record.operators_settings, changes, "machine")
    assert "localhost does not answer" in wrong(urls)["mail"]
    with record.transaction() as session:
        installation.undo(session, record.keys, record.operators_settings, "mail", "machine")
    away = wrong(urls | {"DATABASE_URL": "postgresql://feedback:hush@127.0.0.1:1/feedback?connect_timeout=1"})
    assert "PostgreSQL" in away and "hush" not in str(away)
    with record.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    head = wrong(urls)["schema"].partition("version has ")[2].split()[0]
    with record.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head})
    assert wrong(urls) == {}


@pytest.mark.usefixtures("at_work")
def test_after_a_restore_what_is_left_sealed_tells_another_key(urls: dict[str, str], record: Record) -> None:
    other = urls | {"FEEDBACK_SECRET_KEY": base64.b64encode(bytes(32)).decode()}
    assert "there is none" in examined(other)[1]["sealed text"]
    with record.transaction() as session:
        identity = new_id()
        sealed = credentials.seal(record.keys, identity, Credentials("https://example.org"))
        session.add(Subscription(id=identity, stage="open", kind="webhook", shown="", sealed=sealed))
    assert "secret.key" in wrong(other)["sealed text"]
    assert "opens" in examined(urls)[1]["sealed text"]


@pytest.mark.usefixtures("at_work")
def test_how_far_the_replica_is_behind_is_told(
    urls: dict[str, str], record: Record, servers: RealServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with following(record, servers, tmp_path) as url:
        beside = urls | {"DATABASE_READ_URL": url}
        with record.transaction() as session:
            services.add(session, "bins", "Bins")
        assert "has all that is stored" in examined(beside)[1]["replica"]
        stand_still(url)
        with record.transaction() as session:
            services.add(session, "parks", "Parks")
        assert "0.0 MB behind" in examined(beside)[1]["replica"]
        monkeypatch.setattr(doctor, "MAX_LAG_SECONDS", 0)
        assert "the last that it has is of" in wrong(beside)["replica"]
    assert "does not answer" in wrong(beside)["replica"]
    assert "stands in" in wrong(urls | {"DATABASE_READ_URL": servers.database_url})["replica"]
