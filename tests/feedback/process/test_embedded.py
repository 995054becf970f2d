"""PostgreSQL and Valkey beside us: found by all, kept alive, gone with the last."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
import redis

from feedback.process import embedded
from feedback.process.embedded.postgres import Postgres
from feedback.process.embedded.valkey import Valkey
from feedback.record.errors import Unavailable
from tests.feedback.process.processes import ROOT, another_command, ask, eventually, nothing_lives_in


class RealServers(Protocol):
    database_url: str
    redis_url: str
    data: Path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose servers are started and killed at will; initialised once."""
    return tmp_path_factory.mktemp("servers")


def test_both_servers_answer(servers: RealServers) -> None:
    assert ask(servers.database_url, "SHOW server_version_num") >= "180000"
    with redis.Redis.from_url(servers.redis_url) as client:
        assert client.ping()


def test_vectors_can_be_stored(servers: RealServers) -> None:
    assert ask(servers.database_url, "SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'") == 1


def test_text_is_unicode_whatever_the_machine_is_set_to(servers: RealServers) -> None:
    assert ask(servers.database_url, "SELECT upper('tŷ bach')") == "TŶ BACH"


def test_what_is_acknowledged_is_on_disk(servers: RealServers) -> None:
    assert ask(servers.database_url, "SHOW fsync") == "on"
    assert ask(servers.database_url, "SHOW synchronous_commit") == "on"


def test_neither_listens_on_the_network(servers: RealServers) -> None:
    assert ask(servers.database_url, "SHOW listen_addresses") == ""
    with redis.Redis.from_url(servers.redis_url) as client:
        assert client.config_get("port") == {"port": "0"}


def test_nobody_else_can_enter_the_folders_of_the_servers(servers: RealServers) -> None:
    for name in ("postgres", "valkey"):
        assert (servers.data / name).stat().st_mode & 0o777 == 0o700
        assert (servers.data / name / "data").stat().st_mode & 0o077 == 0


def test_no_word_of_a_citizen_reaches_the_log(servers: RealServers) -> None:
    words = "my-landlord-is-Mr-Prosser"
    for statement in (
        f"SELECT '{words}'::int",
        f"SELEC '{words}'",
        f"CREATE TEMP TABLE t (a text CHECK (length(a) < 3)); INSERT INTO t VALUES ('{words}')",
        f"CREATE TEMP TABLE t (a text PRIMARY KEY); INSERT INTO t VALUES ('{words}'), ('{words}')",
        f"DO $$ BEGIN RAISE WARNING '{words}'; END $$; SELECT 1/0",
    ):
        with pytest.raises(psycopg.Error):
            ask(servers.database_url, statement)
    assert words not in (servers.data / "postgres" / "log").read_text()


def test_valkey_takes_no_more_than_its_share_and_forgets_nothing_silently(servers: RealServers) -> None:
    with redis.Redis.from_url(servers.redis_url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert int(client.config_get("maxmemory")["maxmemory"]) > 0


def test_the_addresses_are_written_down(servers: RealServers) -> None:
    written = json.loads((servers.data / "servers.json").read_text())
    assert written == {"database_url": servers.database_url, "redis_url": servers.redis_url}


def test_a_second_command_joins_the_running_servers(servers: RealServers) -> None:
    started = ask(servers.database_url, "SELECT pg_postmaster_start_time()")
    with another_command(servers.data) as (_, found):
        assert found == embedded.Servers(servers.database_url, servers.redis_url)
        assert ask(found.database_url, "SELECT pg_postmaster_start_time()") == started
    assert ask(servers.database_url, "SELECT pg_postmaster_start_time()") == started


def test_what_has_a_url_is_not_started(tmp_path: Path) -> None:
    with embedded.servers(
        tmp_path / "data", "postgresql+psycopg://db.example.org/feedback", "redis://example.org"
    ) as found:
        assert found == embedded.Servers("postgresql+psycopg://db.example.org/feedback", "redis://example.org")
    assert not (tmp_path / "data").exists()


def test_with_one_url_only_the_other_is_started(tmp_path: Path) -> None:
    with embedded.servers(tmp_path, database_url="postgresql+psycopg://db.example.org/feedback") as found:
        assert found.database_url == "postgresql+psycopg://db.example.org/feedback"
        assert redis.Redis.from_url(found.redis_url).ping()
    assert not (tmp_path / "postgres").exists()


def test_a_killed_postgres_is_started_again_and_has_lost_nothing(data: Path) -> None:
    server = Postgres(data / "postgres")
    with embedded.servers(data) as found:
        ask(found.database_url, "CREATE TABLE kept AS SELECT 7 AS number")
        before = server.pid()
        assert before
        os.kill(before, signal.SIGKILL)
        eventually(lambda: server.pid() not in (before, None) and server.answers())
        assert ask(found.database_url, "SELECT number FROM kept") == 7
    assert nothing_lives_in(data)


def test_a_killed_valkey_is_started_again_at_the_same_address(data: Path) -> None:
    server = Valkey(data / "valkey")
    with embedded.servers(data) as found:
        before = server.pid()
        assert before
        os.kill(before, signal.SIGKILL)
        eventually(lambda: server.pid() not in (before, None) and server.answers())
        assert server.url() == found.redis_url
    assert nothing_lives_in(data)


def test_nothing_outlives_a_command_that_is_told_to_end(data: Path) -> None:
    with another_command(data) as (command, _):
        command.terminate()
        command.wait()
        assert nothing_lives_in(data)


def test_servers_whose_only_user_was_killed_end_and_can_be_started_again(data: Path) -> None:
    with another_command(data) as (command, _):
        command.kill()
        command.wait()
        eventually(lambda: nothing_lives_in(data))
    with embedded.servers(data) as found:
        assert ask(found.database_url, "SELECT number FROM kept") == 7


def test_a_server_that_still_runs_without_keeper_is_replaced(data: Path) -> None:
    """As on macOS, where no signal tells a server of its keeper's death."""
    with (data / "valkey" / "alive.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        orphan = subprocess.Popen(["sleep", "600"], pass_fds=[lock.fileno()])
    (data / "valkey" / "data" / "valkey.pid").write_text(str(orphan.pid))
    with embedded.servers(data, database_url="postgresql+psycopg://db.example.org/feedback") as found:
        assert orphan.wait() == -signal.SIGINT
        assert redis.Redis.from_url(found.redis_url).ping()


def test_a_number_that_now_belongs_to_another_process_is_left_alone(data: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as bystander:
        (data / "valkey" / "data" / "valkey.pid").write_text(str(bystander.pid))
        with embedded.servers(data, database_url="postgresql+psycopg://db.example.org/feedback"):
            pass
        assert bystander.poll() is None
        bystander.kill()


def test_who_joined_keeps_the_servers_when_the_command_that_started_them_ends(data: Path) -> None:
    with another_command(data) as (first, _), embedded.servers(data) as found:
        with psycopg.connect(found.database_url.replace("+psycopg", "")) as connection:
            first.terminate()
            first.wait()
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert redis.Redis.from_url(found.redis_url).ping()
    assert nothing_lives_in(data)


def test_a_killed_keeper_is_replaced_and_its_server_too(data: Path) -> None:
    server = Valkey(data / "valkey")
    with embedded.servers(data, database_url="postgresql+psycopg://db.example.org/feedback"):
        before = server.pid()
        assert before
        keeper = int(subprocess.check_output(["ps", "-o", "ppid=", "-p", str(before)]))
        os.kill(keeper, signal.SIGKILL)
        eventually(lambda: server.pid() not in (before, None) and server.answers())
    assert nothing_lives_in(data)


def test_many_commands_at_once_disturb_each_other_in_nothing(data: Path) -> None:
    script = "from pathlib import Path; import sys; from feedback.process import embedded; import psycopg\n" + (
        "with embedded.servers(Path(sys.argv[1]), redis_url='redis://example.org') as found:\n"
        "    with psycopg.connect(found.database_url.replace('+psycopg', '')) as connection:\n"
        "        for _ in range(100): connection.execute('SELECT 1')"
    )
    commands = [subprocess.Popen([sys.executable, "-c", script, str(data)], cwd=ROOT) for _ in range(4)]
    assert [command.wait() for command in commands] == [0] * 4
    assert nothing_lives_in(data)


def test_a_start_that_was_cut_off_leaves_no_half_made_folder(tmp_path: Path) -> None:
    half = tmp_path / "postgres" / "new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    with embedded.servers(tmp_path, redis_url="redis://example.org") as found:
        assert ask(found.database_url, "SELECT 1") == 1
    assert not half.exists()


def test_a_server_that_cannot_start_names_its_log(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "data").mkdir(parents=True, mode=0o700)
    refused = pytest.raises(Unavailable, match=f"see {tmp_path}/postgres/log")
    with refused, embedded.servers(tmp_path, redis_url="redis://example.org"):
        pytest.fail("it cannot have started")
