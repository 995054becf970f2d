"""Where the servers beside us can run, and as whom."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from feedback.process import embedded
from feedback.process.embedded import wheels
from feedback.process.embedded.postgres import Postgres
from feedback.process.embedded.valkey import Valkey
from feedback.process.embedded.wheels import ONE_FOR_ALL, own_id
from feedback.record.errors import Unavailable
from tests.feedback.process.processes import ROOT, another_command, ask, nothing_lives_in


def test_a_path_too_long_for_a_socket_gets_a_short_link(tmp_path: Path) -> None:
    long = tmp_path / ("a-long-name-of-a-folder-" * 4) / ("and-another-" * 4)
    with embedded.servers(long, database_url="postgresql+psycopg://db.example.org/feedback") as found:
        assert redis.Redis.from_url(found.redis_url).ping()
        assert (long / "valkey" / "data" / "valkey.sock").is_socket()


def test_a_link_that_another_could_change_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Valkey(tmp_path / ("a-long-name-of-a-folder-" * 5))
    with tempfile.TemporaryDirectory(dir="/tmp") as run:
        monkeypatch.setenv("XDG_RUNTIME_DIR", run)
        link = Path(server.url().removeprefix("unix://")).parent
        assert link.is_relative_to(run)
        link.parent.chmod(0o777)
        with pytest.raises(Unavailable, match="not ours alone"):
            server.url()


@pytest.mark.skipif(os.geteuid() != 0, reason="says what root does")
def test_as_root_the_servers_run_as_nobody_that_has_a_name_and_no_other_folder_changes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with embedded.servers(home / "data") as found:
        for server in (Postgres(home / "data" / "postgres"), Valkey(home / "data" / "valkey")):
            assert Path(f"/proc/{server.pid()}").stat().st_uid == own_id(home / "data")
        assert ask(found.database_url, "SELECT current_user") == "feedback"
    for folder in (home, home / "data", home / "data" / "postgres", home / "data" / "valkey"):
        assert (folder.stat().st_uid, folder.stat().st_mode & 0o777) == (0, 0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="says what root does")
def test_the_servers_of_one_data_folder_can_read_nothing_of_another(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    without = "postgresql+psycopg://db.example.org/feedback"
    with embedded.servers(one, database_url=without), embedded.servers(other, database_url=without):
        for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent, one, one / "valkey"):
            folder.chmod(0o755)  # nothing but the owner keeps them apart
        assert own_id(one) != own_id(other)
        who: dict[str, Any] = {"user": own_id(other), "group": own_id(other), "extra_groups": []}
        listed = subprocess.run(["ls", one / "valkey" / "data"], capture_output=True, check=False, **who)
        assert b"Permission denied" in listed.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="says what root does")
def test_what_one_user_owned_for_all_is_handed_over_at_the_next_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with embedded.servers(data) as found:
        ask(found.database_url, "CREATE TABLE kept AS SELECT 1 AS one")
    wheels.User(ONE_FOR_ALL, ONE_FOR_ALL).own(data / "postgres" / "data")
    wheels.User(ONE_FOR_ALL, ONE_FOR_ALL).own(data / "valkey" / "data")
    with embedded.servers(data) as found:
        assert ask(found.database_url, "SELECT one FROM kept") == 1
    owners = {path.stat().st_uid for name in ("postgres", "valkey") for path in (data / name / "data").rglob("*")}
    assert owners == {own_id(data)}


def test_a_folder_always_gets_the_same_user_and_never_one_with_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = own_id(tmp_path)
    assert chosen in (*wheels.IDS, *wheels.FEW_IDS)
    assert own_id(tmp_path) == chosen
    monkeypatch.setattr(wheels, "_has_name", lambda number: number == chosen)
    assert own_id(tmp_path) != chosen


@pytest.mark.skipif(os.geteuid() != 0, reason="says what root does")
def test_as_root_programs_that_the_servers_cannot_reach_are_copied_to_where_they_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = wheels.User(own_id(tmp_path), own_id(tmp_path))
    with tempfile.TemporaryDirectory(dir="/var/tmp") as open_to_all:
        Path(open_to_all).chmod(0o755)
        monkeypatch.setattr(wheels, "COPIES", Path(open_to_all) / "copies")
        monkeypatch.setattr(wheels, "_runs", lambda program, user: False)
        programs = wheels.postgres_programs.__wrapped__(user)
        assert programs.is_relative_to(open_to_all)
        monkeypatch.undo()
        assert wheels._runs(programs / "postgres", user)
        assert wheels._runs(programs / "initdb", user)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another")
def test_an_ordinary_user_runs_them_as_themselves() -> None:
    python = shutil.which(f"python3.{sys.version_info.minor}", path="/usr/bin:/usr/local/bin")
    packages = Path(psycopg.__file__).parents[1]
    who: dict[str, Any] = {"user": "nobody", "group": 65534, "extra_groups": []}
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        data = Path(folder)
        os.chown(data, 65534, 65534)
        # The system's Python may be older than the one whose packages these are; redis asks for this below 3.11.3.
        (data / "stubs").mkdir()
        (data / "stubs" / "async_timeout.py").write_text("timeout = None\n")
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{packages}:{data / 'stubs'}"}
        probe = [python or "python3", "-c", "import feedback.process.embedded"]
        if subprocess.run(probe, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL, **who, check=False).returncode:
            pytest.skip("no Python here that an ordinary user can run with these packages")
        with another_command(data, python=probe[0], env=environment, **who):
            pid = Postgres(data / "postgres").pid()
            assert Path(f"/proc/{pid}").stat().st_uid == 65534
            assert (data / "servers.json").stat().st_uid == 65534
        assert nothing_lives_in(data)
        assert ask_as_root(data) == 1


def ask_as_root(data: Path) -> Any:
    """Root later finds the same data, and leaves it to its owner."""
    with embedded.servers(data) as found:
        return ask(found.database_url, "SELECT 1")
