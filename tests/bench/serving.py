"""What benchmarks of intake share: servers with one service, processes that serve, and citizens who write to them."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

import psutil

from feedback.process import embedded
from feedback.process.embedded import Servers
from feedback.record import services
from feedback.record.db import Record, engine_for
from feedback.record.migrations import migrate
from feedback.record.settings import Settings
from tests.bench import Row

CONNECTIONS = 32
"""By which the feedback comes."""
UNLIMITED = "6000000000"
"""Pieces a minute of one address: so many that none is refused, and Redis is asked about each."""
HEAD = "POST /v1/services/bench/feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "


class Serving(NamedTuple):
    """A process that serves: where, and what it is."""

    port: int
    process: psutil.Process

    def processor_seconds(self) -> float:
        """What it has used so far."""
        used = self.process.cpu_times()
        return float(used.user + used.system)


@contextmanager
def a_service(folder: Path) -> Iterator[Servers]:
    """The embedded servers, with the service `bench`."""
    with embedded.servers(folder) as servers:
        engine = engine_for(servers.database_url)
        migrate(engine)
        with Record(Settings(data=folder), engine).transaction() as session:
            services.add(session, "bench", "Bench")
        engine.dispose()
        yield servers


@contextmanager
def ours(servers: Servers, folder: Path, **settings: str) -> Iterator[Serving]:
    """One process of the API, as it is run."""
    own = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, "FEEDBACK_DATA": str(folder)}
    port = free_port()
    env = {**own, "PORT": str(port), "FEEDBACK_INTAKE_RATE": UNLIMITED, **settings}
    with started(port, [sys.executable, "-m", "feedback", "serve"], **env) as serving:
        yield serving


@contextmanager
def started(port: int, command: list[str], **env: str) -> Iterator[Serving]:
    """Within it the command serves on the port."""
    process = subprocess.Popen(command, env={**os.environ, **env}, stderr=subprocess.DEVNULL)
    try:
        while not _is_listening(port):
            if process.poll() is not None:
                raise RuntimeError(f"it ended before it served: {command}")
            time.sleep(0.2)
        yield Serving(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Load:
    """Feedback from a few connections; `waits` are seconds from when a piece was due to its receipt."""

    port: int
    waits: list[float] = field(default_factory=list)
    sent: int = 0

    async def full(self, seconds: float) -> float:
        """Each connection sends as soon as it was answered. Returns pieces a second."""
        end = time.monotonic() + seconds

        async def one() -> None:
            async with connection(self.port) as (reader, writer):
                while time.monotonic() < end:
                    await self._send(reader, writer, time.monotonic())

        await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
        return len(self.waits) / seconds

    async def steady(self, rate: float, seconds: float) -> None:
        """So many pieces a second, due at even times whether or not earlier ones are answered."""
        began = time.monotonic()
        due = iter([began + n / rate for n in range(int(rate * seconds))])

        async def one() -> None:
            async with connection(self.port) as (reader, writer):
                for at in due:
                    await asyncio.sleep(at - time.monotonic())
                    await self._send(reader, writer, at)

        await asyncio.gather(*(one() for _ in range(CONNECTIONS)))

    async def _send(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, due: float) -> None:
        self.sent += 1
        body = json.dumps({"message": f"The photo page failed for me again, number {self.sent}"})
        writer.write(f"{HEAD}{len(body)}\r\n\r\n{body}".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 202 "), head[:80]
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        self.waits.append(time.monotonic() - due)

    def row(self, while_what: str, rate: float) -> Row:
        cuts = [1_000 * cut for cut in quantiles(self.waits, n=100)]
        worst = 1_000 * max(self.waits)
        return {"while": while_what, "pieces/s": rate, "p50 ms": cuts[49], "p99 ms": cuts[98], "worst ms": worst}


@asynccontextmanager
async def connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.close()
