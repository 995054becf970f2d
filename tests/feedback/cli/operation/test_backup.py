"""A backup, made and restored into an empty place while the old one goes on."""

import base64
import datetime as dt
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alembic import command
from click.testing import CliRunner, Result
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import MetaData, select, text

from feedback.cli import main
from feedback.operation import backup
from feedback.operation.backup import LEFT_OUT, SEALED, kept_tables
from feedback.operation.restore import erase_again
from feedback.process.embedded.wheels import User, postgres_programs
from feedback.record import access
from feedback.record.db import ERASURE_LEDGER, Record, engine_for
from feedback.record.migrations import alembic_config, migrate
from feedback.record.models import Feedback, Issue, Subscription
from feedback.record.settings import Settings
from feedback.record.work.claims import Claimer
from feedback.web.app import create_app
from insights.alerts.delivery.credentials import unseal
from tests.attacks import tenants
from tests.attacks.tenants import Tenant
from tests.conftest import RealServers, database
from tests.feedback.record import test_migrations

Client = TestClient[Litestar]

ROOT = Path(__file__).parents[4]
OLDER = "0023"
CANARY = "zqxcanaryxqz"


class Place:
    """Another installation, on a database of its own; the key of keys is that of the old one unless it is told."""

    def __init__(self, url: str, data: Path, old: Settings) -> None:
        self.settings = Settings(data=data, database_url=url, intake_rate=0, secret_keys=_texts(old))
        self.record = Record(self.settings, engine_for(url))

    def run(self, *words: object, **more: str) -> Result:
        environment = {
            "FEEDBACK_DATA": str(self.settings.data),
            "DATABASE_URL": str(self.settings.database_url),
            "FEEDBACK_SECRET_KEY": self.settings.secret_keys[0],
        }
        return CliRunner().invoke(main, list(map(str, words)), env=environment | more)


def _texts(settings: Settings) -> tuple[str, ...]:
    return tuple(base64.b64encode(key).decode() for key in Settings.keys(settings))


@pytest.fixture
def empty(servers: RealServers, record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """An empty database beside that of the old installation."""
    monkeypatch.setenv("REDIS_URL", servers.redis_url)
    with database(servers, "restored") as made:
        place = Place(made.url.render_as_string(hide_password=False), tmp_path / "new", record.settings)
        yield place
        place.record.engine.dispose()


@pytest.fixture
def old(record: Record, servers: RealServers) -> Place:
    (servers.data / ERASURE_LEDGER).unlink(missing_ok=True)
    return Place(servers.database_url, servers.data, record.settings)


@pytest.fixture
def tenant(record: Record, client: Client) -> Tenant:
    """A service with one of each kind, and something raw that waits to be cleaned."""
    made = tenants.make(record, 1)
    sent = {"message": CANARY, "contact": "a@b.example"}
    assert client.post(f"/v1/services/{made.slug}/feedback", json=sent).status_code == 202
    return made


def rows(record: Record) -> dict[str, list[Any]]:
    with record.engine.connect() as connection:
        return {
            table.name: sorted(map(str, connection.execute(select(table)).all()))
            for table in (*kept_tables(), *(Feedback.metadata.tables[name] for name in LEFT_OUT))
        }


def test_a_backup_is_the_same_again_in_an_empty_place_while_the_old_one_goes_on(
    old: Place, empty: Place, tenant: Tenant, record: Record, client: Client, servers: RealServers, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    made = old.run("backup", folder)
    assert made.exit_code == 0, made.output
    before = rows(record)
    client.post(f"/v1/services/{tenant.slug}/feedback", json={"message": "Said after the backup"})
    restored = empty.run("restore", folder)
    assert restored.exit_code == 0, restored.output
    after = rows(empty.record)
    assert {name: after[name] for name in after if name not in LEFT_OUT} == {
        name: before[name] for name in before if name not in LEFT_OUT
    }
    assert before["raw"] and not any(after[name] for name in LEFT_OUT)
    with empty.record.transaction() as session:
        assert unseal(empty.record.keys, session.scalars(select(Subscription)).one()).address == "https://example.org"
        key = access.create(session, "key", access.Role.admin, None)
    headers = {"Authorization": f"Bearer {key}"}
    with TestClient(create_app(empty.settings, str(empty.settings.database_url), servers.redis_url)) as there:
        found = there.get(f"/v1/services/{tenant.slug}/issues", headers=headers).json()["items"]
        assert [issue["id"] for issue in found] == [tenant.ids["issue"]]
        change = {"what": "Moved to another machine", "kind": "release"}
        assert there.post(f"/v1/services/{tenant.slug}/changes", json=change, headers=headers).status_code == 201
        sent = there.post(f"/v1/services/{tenant.slug}/feedback", json={"message": "Still heard"})
        assert sent.status_code == 202


def test_what_was_taken_back_after_the_backup_is_taken_back_again(
    old: Place, empty: Place, tenant: Tenant, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    assert old.run("backup", folder).exit_code == 0
    assert old.run("erase", "--id", tenant.ids["feedback"]).exit_code == 0
    ledger = old.settings.data / ERASURE_LEDGER
    assert tenant.ids["feedback"] in ledger.read_text() and ledger.stat().st_mode & 0o777 == 0o600
    ledger.write_text(ledger.read_text() + "cut o")
    restored = empty.run("restore", folder, "--erased", ledger)
    assert restored.exit_code == 0, restored.output
    with empty.record.transaction() as session:
        piece = session.get_one(Feedback, tenant.ids["feedback"])
        assert (piece.stage, piece.text) == ("withdrawn", None)
        assert session.get_one(Issue, tenant.ids["issue"]).erased == 1
    assert "and now again: 1" in restored.output
    assert erase_again(empty.record, [ledger]) == 0
    assert tenant.ids["feedback"] in (empty.settings.data / ERASURE_LEDGER).read_text()


def test_a_backup_holds_no_raw_text_and_is_for_its_owner_alone(old: Place, tenant: Tenant, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    assert old.run("backup", folder).exit_code == 0
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.iterdir())} == {0}
    assert not {path.name.partition(".")[0] for path in folder.iterdir()} & set(LEFT_OUT)
    assert old.run("backup", folder).exit_code == 1


def test_every_table_that_holds_anything_sealed_is_left_out_but_addresses_and_settings() -> None:
    sealed = [table.name for table in kept_tables() if {"sealed", "wrapped", "wrapped_key"} & set(table.columns.keys())]
    assert sorted(sealed) == ["contacts", "stored_settings", "subscriptions"]


def test_the_dump_that_the_docs_propose_leaves_out_all_that_is_sealed_too() -> None:
    proposed = (ROOT / "docs/operations.md").read_text()
    assert "--exclude-table='raw_*'" in proposed
    assert set(re.findall(r"--exclude-table-data=(\w+)", proposed)) == set(SEALED) - {"raw"}


def test_what_pg_dump_writes_is_restored_without_a_failure(servers: RealServers, record: Record) -> None:
    """The search path is empty meanwhile, and no operator of an extension found; `pg_upgrade` does the same."""
    programs = postgres_programs(User(os.getuid(), os.getgid()))
    with database(servers, "dumped") as empty:
        old, new = (at.url.set(drivername="postgresql").render_as_string(False) for at in (record.engine, empty))
        dumped = subprocess.run([programs / "pg_dump", "--schema-only", old], capture_output=True, check=True).stdout
        psql = [str(programs / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", new]
        restored = subprocess.run(psql, input=dumped, capture_output=True, check=False)
        assert restored.stderr == b""


def test_what_is_broken_newer_or_of_another_key_is_not_restored_and_nothing_is_overwritten(
    old: Place, empty: Place, tenant: Tenant, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    assert old.run("backup", folder).exit_code == 0
    claimer = Claimer(old.record.engine)
    assert "stop everything first" in old.run("restore", folder).output
    claimer.close()
    assert "not empty" in old.run("restore", folder).output
    other = base64.b64encode(bytes(32)).decode()
    assert "another key of keys" in empty.run("restore", folder, FEEDBACK_SECRET_KEY=other).output
    manifest, whole = folder / "manifest.json", (folder / "manifest.json").read_text()
    manifest.write_text(whole.replace('"revision": "', '"revision": "9'))
    assert "newer version" in empty.run("restore", folder).output
    manifest.write_text(whole)
    with (folder / "feedback.copy.gz").open("ab") as file:
        file.write(b"x")
    assert "not as it was written" in empty.run("restore", folder).output
    manifest.unlink()
    assert "no whole backup" in empty.run("restore", folder).output
    assert not rows(empty.record)["services"]


def test_a_backup_of_an_older_version_is_brought_to_the_schema_of_today(
    servers: RealServers, empty: Place, tmp_path: Path
) -> None:
    engine, folder = empty.record.engine, tmp_path / "backup"
    folder.mkdir()
    migrate(engine)
    with engine.begin() as connection:
        test_migrations.fill(connection)
    with engine.begin() as connection:
        command.downgrade(alembic_config(connection), OLDER)
        then = MetaData()
        then.reflect(connection)
        kept = [table for table in then.sorted_tables if table.name not in (*LEFT_OUT, "alembic_version")]
        copies = [backup.copied(connection, table, folder) for table in kept if not table.name.startswith("raw_")]
    made = backup.Manifest(dt.datetime.now(dt.UTC), OLDER, backup.digest_of(empty.record.keys), copies)
    (folder / backup.MANIFEST).write_bytes(msgspec.json.encode(made))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    restored = empty.run("restore", folder)
    assert restored.exit_code == 0, restored.output
    assert test_migrations.differences(engine) == []
    assert {len(rows(empty.record)[name]) for name in ("services", "feedback", "issues", "signals", "statements")} == {
        1
    }
