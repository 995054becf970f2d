"""Keeps one embedded server alive for as long as any command uses it: a NAME as argument, its spec on standard input.

A process of its own, since the command that started the server may end before another that joined it. It inherits the
lock that says who keeps the server, and ends when it can have the lock that all users share: that cannot be missed,
however they end. Only the standard library is imported, so that it starts at once and stays small.
"""

import json
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from feedback.process.file_locks import lock_file, take
from feedback.process.supervisor import Child, Supervisor, sigterm_is_ctrl_c

LOOK_EVERY_SECONDS = 0.5  # whether the server could not be started
GRACE = 30.0  # seconds; what PostgreSQL may take to write its last checkpoint


def keep(child: Child, users: Path) -> None:
    """Returns when nobody uses it any more, with the server stopped; exits with 1 when it cannot be started."""
    with lock_file(users) as lock, Supervisor(GRACE) as supervisor:
        supervisor.start(child)
        unused = threading.Thread(target=take, args=(lock,), name="waiting for the last user", daemon=True)
        unused.start()
        while unused.is_alive():
            if supervisor.has_given_up():
                sys.exit(1)
            unused.join(LOOK_EVERY_SECONDS)


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
