"""A moment that PostgreSQL brings back from its archive, made fit to serve by `feedback restore --point-in-time`."""

import datetime as dt
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select, text

from feedback.cli import main
from feedback.operation.backup import SEALED
from feedback.process.embedded.postgres import Postgres
from feedback.record import services
from feedback.record.db import ERASURE_LEDGER, Record, engine_for
from feedback.record.migrations import migrate
from feedback.record.models import Base, Feedback, HeldRaw
from feedback.record.privacy import erasure
from feedback.record.settings import Settings
from feedback.record.states import ChannelName
from feedback.record.work.claims import Claimer
from ingest.intake.accept import accept
from ingest.intake.arrival import Arrival
from tests.conftest import RealServers
from tests.insights import made_up
from tests.standby import copied, running

ARCHIVES = "archive_mode = on\narchive_command = 'cp %p archive/%f'\n"
"""In its own folder: nothing else can the server of a test reach."""
RECOVERS = """
restore_command = 'cp archive/%f %p'
recovery_target_time = '{moment}'
recovery_target_action = 'promote'
"""
SEALED_THEN = 4
"""Two texts, one that is held as it is urgent, and the key of the day."""


class Restored(NamedTuple):
    """What PostgreSQL brought back, and the ledger of what was taken back after that moment."""

    record: Record
    data: Path

    def restore(self, *words: object) -> Result:
        url = self.record.engine.url.render_as_string(hide_password=False)
        environment = {"DATABASE_URL": url, "FEEDBACK_DATA": str(self.data)}
        return CliRunner().invoke(main, ["restore", *map(str, words)], env=environment)


@contextmanager
def store(own: Postgres, data: Path) -> Iterator[Record]:
    with running(own):
        record = Record(Settings(data=data), engine_for(own.url()))
        try:
            yield record
        finally:
            record.close()


def hear(record: Record, said: str) -> None:
    """Something that waits to be cleaned."""
    with record.transaction() as session:
        accept(session, record.keys, [Arrival("bins", said, ChannelName.WEB, caller="anyone")], dt.datetime.now(dt.UTC))


def everything_archived(record: Record) -> None:
    with record.engine.connect() as connection:
        last = connection.scalar(text("SELECT pg_walfile_name(pg_switch_wal())"))
    while True:
        with record.engine.connect() as connection:
            if (connection.scalar(text("SELECT last_archived_wal FROM pg_stat_archiver")) or "") >= str(last):
                return
        time.sleep(0.05)


@pytest.fixture
def restored(servers: RealServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Restored]:
    """Brought back to the moment between "before" and "after"; "regretted" was erased only later."""
    monkeypatch.setenv("REDIS_URL", servers.redis_url)
    data = tmp_path / "data"
    old, new = Postgres(tmp_path / "old" / "postgres"), Postgres(tmp_path / "new" / "postgres")
    old.folder.mkdir(parents=True)
    who = old.child(0)
    archive = old.folder / "data" / "archive"
    archive.mkdir()
    os.chown(archive, who.uid or -1, who.gid or -1)
    _configure(old, ARCHIVES)
    with store(old, data) as record, ExitStack() as until_copied:
        migrate(record.engine)
        with record.transaction() as session:
            services.ensure(session, {"bins": "Bins"})
            issue = made_up.issue(session, "bins")
            regretted = made_up.report(session, issue, "regretted").id
        hear(record, "sealed and never cleaned")
        until_copied.enter_context(copied(record, old.folder, new))
        with record.transaction() as session:
            urgent = made_up.report(session, issue, "before")
            session.add(HeldRaw(feedback_id=urgent.id, wrapped_key=b"", sealed=b""))
        hear(record, "sealed after the copy")
        with record.transaction() as session:
            moment = session.scalars(select(func.clock_timestamp())).one()
        with record.transaction() as session:
            made_up.report(session, issue, "after")
            erasure.erase(session, [regretted], by="test")
        everything_archived(record)
    shutil.copytree(archive, new.folder / "data" / "archive", dirs_exist_ok=True)
    _configure(new, RECOVERS.format(moment=moment.isoformat()))
    (new.folder / "data" / "recovery.signal").touch()
    with store(new, data) as record:
        _wait_until_it_writes(record)
        yield Restored(record, data)


def _configure(server: Postgres, lines: str) -> None:
    with (server.folder / "data" / "postgresql.auto.conf").open("a") as settings:
        settings.write(lines)


def _wait_until_it_writes(record: Record) -> None:
    while True:
        with record.transaction() as session:
            if not session.scalar(select(func.pg_is_in_recovery())):
                return
        time.sleep(0.05)


def sealed(record: Record) -> int:
    with record.transaction() as session:
        tables = (Base.metadata.tables[name] for name in SEALED)
        return sum(session.scalar(select(func.count()).select_from(it)) or 0 for it in tables)


def test_a_moment_comes_back_without_what_was_sealed_and_without_what_was_taken_back_since(restored: Restored) -> None:
    with restored.record.transaction() as session:
        assert set(session.scalars(select(Feedback.text))) == {"regretted", "before", None}
    assert sealed(restored.record) == SEALED_THEN
    done = restored.restore("--point-in-time")
    assert done.exit_code == 0, done.output
    assert "lost: 2\n" in done.output and "now again: 1\n" in done.output
    assert sealed(restored.record) == 0
    with restored.record.transaction() as session:
        assert set(session.scalars(select(Feedback.text))) == {"before", None}
        partitions = session.scalar(text("SELECT count(*) FROM pg_partition_tree('raw') WHERE level = 1"))
    assert partitions == 0, "what was sealed is not even in a file"
    hear(restored.record, "said after it serves again")
    assert sealed(restored.record) == 2
    assert (restored.data / ERASURE_LEDGER).read_text().count("\n") == 2


def test_nothing_is_destroyed_under_the_hands_of_those_at_work(restored: Restored) -> None:
    claimer = Claimer(restored.record.engine)
    refused = restored.restore("--point-in-time")
    claimer.close()
    assert refused.exit_code == 1 and "stop everything first" in refused.output
    assert sealed(restored.record) == SEALED_THEN


def test_a_restore_is_of_a_folder_or_of_a_moment(tmp_path: Path) -> None:
    for words in ([], ["--point-in-time", str(tmp_path)]):
        refused = CliRunner().invoke(main, ["restore", *words])
        assert refused.exit_code == 2 and "name the folder of a backup" in refused.output


def test_a_backup_without_its_key_is_refused_before_another_key_is_made(tmp_path: Path) -> None:
    here = tmp_path / "new"
    refused = CliRunner().invoke(
        main, ["restore", str(tmp_path)], env={"FEEDBACK_DATA": str(here), "FEEDBACK_SECRET_KEY": ""}
    )
    assert refused.exit_code == 1 and f"bring secret.key of its data folder into {here}" in refused.output
    assert not here.exists()
