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
from feedback.process.embedded.wheels import SERVERS_ID
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
            assert Path(f"/proc/{server.pid()}").stat().st_uid == SERVERS_ID
        assert ask(found.database_url, "SELECT current_user") == "feedback"
    for folder in (home, home / "data", home / "data" / "postgres", home / "data" / "valkey"):
        assert (folder.stat().st_uid, folder.stat().st_mode & 0o777) == (0, 0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="says what root does")
def test_as_root_programs_that_the_servers_cannot_reach_are_copied_to_where_they_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = wheels.User(SERVERS_ID, SERVERS_ID)
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
