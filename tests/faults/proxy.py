"""A line to a server that can be slow, go dead, break, be cut in the midst of an answer, and be open at one end."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy.engine import make_url

Line = Literal["well", "slow", "dead", "broken", "cut", "half open"]
"""How the line is: `dead` takes what is sent and brings nothing, `broken` resets whatever is said on it, `cut` does so
once the next answer has come half way, and `half open` resets the callers that there are, of which the server hears
only later."""

Address = str | tuple[str, int]
"""A Unix socket, or a host and a port."""

SLOW_SECONDS = 0.02
RESET = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class Proxy:
    """Listens on `port`, and speaks with the server; `line` may be set at any time."""

    server: Address
    port: int = 0
    line: Line = "well"
    cuts: int = 0
    _pairs: set[tuple[socket.socket, socket.socket]] = field(default_factory=set)

    def become(self, line: Line) -> None:
        """Lines that there are break at once where they are to."""
        self.line = line
        if line in ("broken", "half open"):
            for client, upstream in tuple(self._pairs):
                _reset(*((client, upstream) if line == "broken" else (client,)))

    def serve(self, listener: socket.socket) -> None:
        """Until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                if self.line == "broken":
                    _reset(client)
                    continue
                upstream = socket.socket(socket.AF_UNIX if isinstance(self.server, str) else socket.AF_INET)
                if upstream.connect_ex(self.server):
                    _reset(client, upstream)
                    continue
                pair = client, upstream
                self._pairs.add(pair)
                for answers in (False, True):
                    threading.Thread(target=self._carry, args=(pair, answers), daemon=True).start()

    def _carry(self, pair: tuple[socket.socket, socket.socket], answers: bool) -> None:
        source, sink = reversed(pair) if answers else pair
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
        while self.line == "half open":
            time.sleep(SLOW_SECONDS)
        self._pairs.discard(pair)
        _reset(*pair)


@contextmanager
def proxy(server: Address) -> Iterator[Proxy]:
    """A well line to this server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Proxy(server, listener.getsockname()[1])
        threading.Thread(target=found.serve, args=(listener,), daemon=True).start()
        yield found
        found.become("broken")


@contextmanager
def lines_to(database_url: str, redis_url: str) -> Iterator[tuple[Proxy, Proxy, str, str]]:
    """Lines to PostgreSQL and to Redis, which are at Unix sockets, and the URLs of both over them."""
    at, redis_socket = make_url(database_url), redis_url.removeprefix("unix://").partition("?")[0]
    with proxy(f"{at.query['host']}/.s.PGSQL.5432") as postgres, proxy(redis_socket) as redis:
        url = f"postgresql+psycopg://feedback@127.0.0.1:{postgres.port}/{at.database}?sslmode=disable"
        yield postgres, redis, url, f"redis://127.0.0.1:{redis.port}/0"


def _reset(*lines: socket.socket) -> None:
    for line in lines:
        with suppress(OSError):
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            line.shutdown(socket.SHUT_RDWR)
            line.close()
