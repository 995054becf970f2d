"""A line between us and a server that can be slow, go dead, break, and be cut in the midst of an answer."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy.engine import make_url

Line = Literal["well", "slow", "dead", "broken", "cut"]
"""How the line is: `dead` takes what is sent and brings nothing, `broken` resets whatever is said on it, and `cut`
does so once the next answer has come half way."""

SLOW_SECONDS = 0.02
RESET = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class Proxy:
    """Listens on `port`, and speaks with the server at a Unix socket; `line` may be set at any time."""

    server: str
    port: int = 0
    line: Line = "well"
    cuts: int = 0
    _pairs: list[tuple[socket.socket, socket.socket]] = field(default_factory=list)

    def become(self, line: Line) -> None:
        """Lines that there are break at once where they are to."""
        self.line = line
        if line == "broken":
            for pair in self._pairs:
                _reset(*pair)

    def serve(self, listener: socket.socket) -> None:
        """Until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                if self.line == "broken":
                    _reset(client)
                    continue
                upstream = socket.socket(socket.AF_UNIX)
                if upstream.connect_ex(self.server):
                    _reset(client, upstream)
                    continue
                self._pairs.append((client, upstream))
                for way in ((client, upstream, False), (upstream, client, True)):
                    threading.Thread(target=self._carry, args=way, daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                if self.line == "slow":
                    time.sleep(SLOW_SECONDS)
                while self.line == "dead":
                    time.sleep(SLOW_SECONDS)
                if self.line == "cut" and answers:
                    self.line, self.cuts = "well", self.cuts + 1
                    sink.sendall(data[: len(data) // 2])
                    break
                sink.sendall(data)
        _reset(source, sink)


@contextmanager
def proxy(server: str) -> Iterator[Proxy]:
    """A well line to the server at this Unix socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Proxy(server.removeprefix("unix://").partition("?")[0], listener.getsockname()[1])
        threading.Thread(target=found.serve, args=(listener,), daemon=True).start()
        yield found
        found.become("broken")


@contextmanager
def lines_to(database_url: str, redis_url: str) -> Iterator[tuple[Proxy, Proxy, str, str]]:
    """Lines to PostgreSQL and to Redis, which are at Unix sockets, and the URLs of both over them."""
    at = make_url(database_url)
    with proxy(f"{at.query['host']}/.s.PGSQL.5432") as postgres, proxy(redis_url) as redis:
        url = f"postgresql+psycopg://feedback@127.0.0.1:{postgres.port}/{at.database}?sslmode=disable"
        yield postgres, redis, url, f"redis://127.0.0.1:{redis.port}/0"


def _reset(*lines: socket.socket) -> None:
    for line in lines:
        with suppress(OSError):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            line.shutdown(socket.SHUT_RDWR)
            line.close()
