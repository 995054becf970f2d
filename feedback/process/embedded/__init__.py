"""PostgreSQL and Valkey beside us, when no URL is set.

Each server has a folder in `FEEDBACK_DATA`: its `data`, its logs and its locks. Every command with the same data folder
finds it at the same address: a Unix socket in a folder that nobody else can enter, so no password is needed.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from feedback.process.embedded.membership import Server, Use
from feedback.process.embedded.postgres import Postgres
from feedback.process.embedded.valkey import Valkey
from feedback.process.supervisor import sigterm_is_ctrl_c
from feedback.record.output.files import write_whole

__all__ = ["Servers", "servers"]


@dataclass(frozen=True, slots=True)
class Servers:
    """Where they are: a URL of SQLAlchemy and one of redis-py."""

    database_url: str
    redis_url: str


@contextmanager
def servers(data: Path, database_url: str | None = None, redis_url: str | None = None) -> Iterator[Servers]:
    """Within it both answer: at the URL given, or else beside us, joined where they run and started where they do not.

    A server beside us is kept alive while any process uses it, and has stopped when the last one leaves the block;
    SIGTERM leaves it as Ctrl-C does. Unavailable when one cannot be started.
    """
    postgres, valkey = Postgres(data.absolute() / "postgres"), Valkey(data.absolute() / "valkey")
    beside_us: list[Server] = [server for server, url in ((postgres, database_url), (valkey, redis_url)) if not url]
    if beside_us:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with sigterm_is_ctrl_c(), _running(beside_us):
        found = Servers(database_url or postgres.url(), redis_url or valkey.url())
        if beside_us:
            _record(data / "servers.json", found)
        yield found


@contextmanager
def _running(beside_us: list[Server]) -> Iterator[None]:
    with ExitStack() as stack:
        uses = [Use(server) for server in beside_us]
        for use in uses:
            stack.callback(use.end)
            use.begin()
        for use in uses:
            use.wait_until_it_answers()
        yield


def _record(path: Path, found: Servers) -> None:
    """Write the addresses down for whoever wants to look inside; several may do it at once."""
    write_whole(path, json.dumps(asdict(found), indent=1) + "\n")
