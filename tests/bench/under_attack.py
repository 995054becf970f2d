"""How long a citizen waits for the receipt at half load: while slow clients hold connections, while Redis hangs."""

import asyncio
import contextlib
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from statistics import quantiles

import redis
import uvloop

from feedback.process import embedded
from feedback.record import services
from feedback.record.db import Record, engine_for
from feedback.record.migrations import migrate
from feedback.record.settings import Settings
from tests.bench import Report, Row

CONNECTIONS = 32
"""By which the feedback comes."""
FULL_SECONDS, SECONDS = 6.0, 12.0
SLOW_CLIENTS, SLOW_ADDRESSES = 200, 4
UNLIMITED = "6000000"
"""Pieces a minute of one address: so many that none is refused, and Redis is asked about each."""
HEAD = "POST /v1/services/bench/feedback HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "


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


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder, embedded.servers(Path(folder)) as servers:
        engine = engine_for(servers.database_url)
        migrate(engine)
        with Record(Settings(data=Path(folder)), engine).transaction() as session:
            services.add(session, "bench", "Bench")
        engine.dispose()
        with served(servers.database_url, servers.redis_url, folder) as port:
            report.table("A citizen's wait", uvloop.run(measure(port, servers.redis_url)))


@contextmanager
def served(database_url: str, redis_url: str, folder: str) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    own = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "FEEDBACK_DATA": folder, "PORT": str(port)}
    env = {**os.environ, **own, "FEEDBACK_INTAKE_RATE": UNLIMITED}
    process = subprocess.Popen([sys.executable, "-m", "feedback", "serve"], env=env, stderr=subprocess.DEVNULL)
    try:
        while not is_up(port):
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait()


def is_up(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


async def measure(port: int, redis_url: str) -> list[Row]:
    most = await Load(port).full(FULL_SECONDS)
    rows: list[Row] = [{"while": "full load", "pieces/s": most, "p50 ms": None, "p99 ms": None, "worst ms": None}]
    half = most / 2
    rows.append(await _waited("nothing else", port, half))
    with slow_clients(port):
        rows.append(await _waited(f"{SLOW_CLIENTS} slow clients", port, half))
    with hanging(redis_url):
        rows.append(await _waited("Redis hangs", port, half))
    return rows


async def _waited(while_what: str, port: int, rate: float) -> Row:
    load = Load(port)
    await load.steady(rate, SECONDS)
    return load.row(while_what, rate)


@contextmanager
def slow_clients(port: int) -> Iterator[None]:
    """They send a byte of a body each second, from a process of their own, and come again when they are cut off."""
    context = multiprocessing.get_context("spawn")
    held = context.Semaphore(0)
    process = context.Process(target=drip_all, args=(port, held), daemon=True)
    process.start()
    for _ in range(SLOW_CLIENTS):
        held.acquire()
    yield
    process.terminate()
    process.join()


def drip_all(port: int, held: Semaphore) -> None:
    """Releases `held` once for each connection."""

    async def all_of_them() -> None:
        addresses = (f"127.0.0.{2 + n % SLOW_ADDRESSES}" for n in range(SLOW_CLIENTS))
        await asyncio.gather(*(drip(port, address, held) for address in addresses))

    uvloop.run(all_of_them())


async def drip(port: int, address: str, held: Semaphore) -> None:
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
            writer.write(f"{HEAD}60000\r\n\r\n".encode())
            held.release()
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(1)
        await asyncio.sleep(0.1)


@contextmanager
def hanging(redis_url: str) -> Iterator[None]:
    """It is stopped, not dead: it takes connections and answers nothing."""
    with redis.Redis.from_url(redis_url) as client:
        process = int(client.info("server")["process_id"])
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)
