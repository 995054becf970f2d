"""Keeps one embedded server alive for as long as any command uses it: a NAME as argument, its spec on standard input.

A process of its own, since the command that started the server may end before another that joined it. It inherits the
lock that says who keeps the server, and ends when it can have the lock that all users share: that cannot be missed,
however they end. Only the standard library is imported, so that it starts at once and stays small.
"""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from feedback.process.file_locks import is_mine, lock_file
from feedback.process.supervisor import Child, Supervisor, sigterm_is_ctrl_c

GRACE = 30.0  # seconds; what PostgreSQL may take to write its last checkpoint


def keep(child: Child, users: Path) -> None:
    """Returns when nobody uses it any more, with the server stopped; exits with 1 when it cannot be started."""
    with lock_file(users) as lock, Supervisor(GRACE) as supervisor:
        supervisor.start(child)
        while not is_mine(lock):
            if supervisor.has_given_up():
                sys.exit(1)
            time.sleep(0.1)


def spec(child: Child, users: Path) -> str:
    """Tell what `main` reads."""
    return json.dumps({"child": asdict(child), "users": users}, default=str)


def main() -> None:
    told = json.load(sys.stdin)
    facts = told["child"]
    child = Child(**{**facts, "cwd": Path(facts["cwd"]), "log": Path(facts["log"])})
    try:
        with sigterm_is_ctrl_c():
            keep(child, Path(told["users"]))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
