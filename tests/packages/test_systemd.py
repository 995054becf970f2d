"""The units for systemd: systemd's own checks find nothing, and each runs a command of ours without rights."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from feedback.cli import main
from feedback.record.settings import Settings
from feedback.record.work.stages import queues
from tests.test_house import ROOT

UNITS = ROOT / "ops" / "systemd"
COMMAND = "/opt/feedback/bin/feedback"
SERVICES = sorted(UNITS.glob("*.service"))
MOST_EXPOSED = 20
"""Of 100, by `systemd-analyze security`: below 20 it says OK."""


def lines(path: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)


def arguments(path: Path) -> list[str]:
    [line] = lines(path, "ExecStart")
    command, *rest = shlex.split(line)
    assert command == COMMAND
    return rest


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_every_service_runs_a_command_of_ours(path: Path) -> None:
    name, *rest = arguments(path)
    main.commands[name].make_context(name, rest)


def test_together_they_serve_every_queue_and_the_target_starts_them_all() -> None:
    served = {word for path in SERVICES for word in arguments(path) if word in queues()}
    assert served == set(queues())
    wanted = {re.sub(r"@\d", "@", it) for line in lines(UNITS / "feedback.target", "Wants") for it in line.split()}
    assert wanted == {path.name for path in SERVICES}


def test_secrets_come_as_credentials_and_settings_are_ours() -> None:
    common = UNITS / "feedback-.service.d" / "common.conf"
    said = dict(word.split("=", 1) for line in lines(common, "Environment") for word in line.split())
    credentials = {it.partition(":")[0] for it in lines(common, "LoadCredential")}
    assert {f"{it}_FILE": f"%d/{it}" for it in credentials}.items() <= said.items()
    assert credentials == {"DATABASE_URL", "REDIS_URL", "FEEDBACK_SECRET_KEY"}
    assert Settings.read({"FEEDBACK_DATA": said["FEEDBACK_DATA"], "PORT": said["PORT"]}).port == 8000
    assert [it.endswith(f":{said['PORT']}") for it in lines(UNITS / "feedback-api.socket", "ListenStream")] == [True]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_finds_nothing_wrong_and_little_exposed(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(UNITS, tmp_path / "units"))
    for path in folder.glob("*.service"):
        path.write_text(path.read_text(encoding="utf-8").replace(COMMAND, "/bin/true"), encoding="utf-8")
    names = [path.name.replace("@.", "@1.") for path in sorted(folder.glob("feedback*.*")) if path.is_file()]
    units = [it for it in names if not it.endswith(".sysusers")]
    env = {**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:", "SYSTEMD_PAGER": ""}
    verified = subprocess.run(
        ["systemd-analyze", "verify", *units], env=env, capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    services = [it for it in units if it.endswith(".service")]
    offline = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}"]
    exposed = subprocess.run([*offline, *services], env=env, capture_output=True, text=True, check=False)
    assert exposed.returncode == 0, exposed.stdout[-3_000:]
