"""python -m tests.packages.image: builds the image without Docker, starts it as a platform does, and probes it.

Podman builds it, isolated by a chroot, and runs it by runc, as root. Where the base that the Dockerfile names cannot be
had, one is made of Debian and its Python: the steps are the same then, and the size of the base is not.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import httpx

from tests.test_house import ROOT
from tests.whole.system import free_port, until

TOOLS = ("podman", "runc", "mmdebstrap")
IMAGE, BASE = "localhost/citizen-feedback-loop", "localhost/python-of-debian"
DEBIAN, PYTHON = "bookworm", "python3-venv,python3-pip,python-is-python3,ca-certificates"
PIP_ASKS_BY = ("/etc/ssl/certs", "/etc/pip.conf", str(Path.home() / ".config/pip"))
"""What says on this machine which registry pip asks, and whom it trusts: the build reads it, and keeps none of it."""

WRITABLE = {"/data", "/tmp", "/dev/shm", "/dev/mqueue"}
LIMITS = ("--ulimit=nofile=10000:10000", "--ulimit=nproc=4096:4096")
HARDENED = (
    "--read-only",
    "--read-only-tmpfs=false",
    "--tmpfs=/tmp",
    "--cap-drop=all",
    "--security-opt=no-new-privileges",
)
IN_ORDER = (0, 130)
"""How it may end: 130 is as after Ctrl-C, and 137 would be that it had to be killed."""
START_SECONDS, STOP_SECONDS = 600, 30
RIGHTS = """
import os
status = dict(line.split(":\\t") for line in open("/proc/1/status").read().splitlines() if ":\\t" in line)
print(os.getuid(), int(status["CapBnd"], 16), status["NoNewPrivs"])
"""


@dataclass(frozen=True, slots=True)
class Podman:
    """Podman with its images in a folder of its own."""

    folder: Path

    def __call__(self, *words: str) -> str:
        """What it says; where it fails, the probe ends with what went wrong."""
        where = ("--root", f"{self.folder}/images", "--runroot", f"{self.folder}/run", "--runtime", "runc")
        command = ("podman", *where, "--cgroup-manager", "cgroupfs", *words)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise click.ClickException(f"podman {words[0]}: {(done.stderr or done.stdout)[-2_000:]}")
        return done.stdout


@click.command()
@click.option("--base", help="An image to build on; without it one is made of Debian.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where images are kept for the next time.")
@click.option("--mount", "mounts", multiple=True, help="A folder of this machine that pip may read while it builds.")
def main(base: str | None, folder: Path | None, mounts: tuple[str, ...]) -> None:
    """Tells what each layer takes and what held; ends with 1 where something does not."""
    missing = [it for it in TOOLS if not shutil.which(it)]
    if missing or os.geteuid():
        click.echo(f"skipped: it takes root and {', '.join(missing or TOOLS)}")
        return
    with tempfile.TemporaryDirectory() as passing:
        podman = Podman(folder or Path(passing))
        build(podman, base or python_of_debian(podman), (*PIP_ASKS_BY, *mounts))
        for size, step in layers(podman):
            click.echo(f"{size / 1e6:9,.1f} MB  {step[:100]}")
        with started(podman) as probe:
            for check in CHECKS:
                click.echo(f"{check.__doc__} {check(probe)}")


def python_of_debian(podman: Podman) -> str:
    """An image of Debian with its Python, made once."""
    if not podman("images", "--quiet", BASE):
        tar, path = podman.folder / "base.tar", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        podman.folder.mkdir(exist_ok=True)
        make = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PYTHON}"]
        subprocess.run([*make, DEBIAN, str(tar)], check=True)
        podman("import", "--change", f"ENV PATH={path}", str(tar), BASE)
        tar.unlink()
    return BASE


def build(podman: Podman, base: str, mounts: tuple[str, ...]) -> None:
    began = time.monotonic()
    volumes = [f"--volume={it}:{it}:ro" for it in mounts if Path(it).exists()]
    how = ("--isolation=chroot", "--layers", "--format=docker", f"--build-arg=PYTHON_IMAGE={base}")
    podman("build", *how, *volumes, "--tag", IMAGE, str(ROOT))
    click.echo(f"built on {base} in {time.monotonic() - began:.0f} s")


def layers(podman: Podman) -> list[tuple[int, str]]:
    """What each takes in bytes, with the step that made it, from the ground up."""
    told = json.loads(podman("history", "--no-trunc", "--format=json", IMAGE))
    return [(it["size"], it["CreatedBy"].removeprefix("/bin/sh -c ")) for it in reversed(told) if it["size"]]


@dataclass(frozen=True, slots=True)
class Probe:
    """The image at work, spoken to over HTTP."""

    podman: Podman
    name: str
    http: httpx.Client

    def run(self, *words: str) -> str:
        """Another process within it."""
        return self.podman("exec", self.name, *words).strip()

    def inspect(self) -> dict[str, Any]:
        [found] = json.loads(self.podman("inspect", self.name))
        return dict(found["State"])


@contextmanager
def started(podman: Podman) -> Iterator[Probe]:
    """It needs no setting: a trial, with its data in a volume; here on a port of its own."""
    name, port = f"probe-{os.getpid()}", free_port()
    settings = (f"--env=PORT={port}", "--env=FEEDBACK_WORKERS=1", f"--volume={name}:/data", "--network=host")
    podman("run", "--detach", "--name", name, *HARDENED, *LIMITS, *settings, IMAGE)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            yield Probe(podman, name, http)
    finally:
        podman("rm", "--force", "--volumes", name)
        podman("volume", "rm", "--force", name)


def becomes_ready(probe: Probe) -> str:
    """It is ready:"""
    began = time.monotonic()

    def answers() -> bool:
        if probe.inspect()["Status"] != "running":
            raise click.ClickException(probe.podman("logs", probe.name)[-2_000:])
        try:
            return probe.http.get("/health/ready").status_code == 200
        except httpx.HTTPError:
            return False

    until(answers, START_SECONDS)
    probe.podman("healthcheck", "run", probe.name)
    return f"after {time.monotonic() - began:.0f} s, and its health check says so"


def has_no_rights(probe: Probe) -> str:
    """It has no rights:"""
    assert probe.run("python", "-c", RIGHTS) == "10001 0 1"
    return "user 10001, no capability, none to be gained"


def writes_only_where_it_must(probe: Probe) -> str:
    """It can write to:"""
    look = "find / -type d -writable -not -path '/proc/*' -print -prune 2>/dev/null || true"
    found = set(probe.run("sh", "-c", look).splitlines())
    assert {"/data", "/tmp"} <= found <= WRITABLE, f"it can write to {sorted(found)}"
    return ", ".join(sorted(found))


def hears(probe: Probe) -> str:
    """A piece goes through:"""
    began = time.monotonic()
    probe.run("feedback", "service", "add", "blue-badge", "--name", "Blue Badge")
    key = probe.run("feedback", "key", "create", "--role", "admin").split()[-1]
    probe.http.headers["Authorization"] = f"Bearer {key}"
    said = {"message": "My name is John Smith and the photo will not upload"}
    sent = probe.http.post("/v1/services/blue-badge/feedback", json=said).raise_for_status().json()
    summary = "/v1/services/blue-badge/summary"
    until(lambda: probe.http.get(summary).raise_for_status().json()["waiting"] == 0, START_SECONDS)
    kept = probe.http.get(f"/v1/feedback/{sent['id']}").raise_for_status().json()["text"]
    assert "Smith" not in kept and "photo" in kept
    return f"cleaned, and without its name, after {time.monotonic() - began:.0f} s"


def ends_when_told(probe: Probe) -> str:
    """SIGTERM ends it:"""
    began = time.monotonic()
    probe.podman("stop", "--time", str(STOP_SECONDS), probe.name)
    code = probe.inspect()["ExitCode"]
    assert code in IN_ORDER, f"it ended with {code}"
    return f"after {time.monotonic() - began:.1f} s, with {code}"


CHECKS: tuple[Callable[[Probe], str], ...] = (
    *(becomes_ready, has_no_rights, writes_only_where_it_must, hears, ends_when_told),
)

if __name__ == "__main__":
    main()
