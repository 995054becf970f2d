"""How long a citizen waits for the receipt at half load: while slow clients hold connections, while Redis hangs."""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Semaphore
from pathlib import Path

import redis
import uvloop

from tests.bench import Report, Row
from tests.bench.serving import HEAD, Load, a_service, ours

FULL_SECONDS, SECONDS = 6.0, 12.0
SLOW_CLIENTS, SLOW_ADDRESSES = 200, 4


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as name, a_service(folder := Path(name)) as servers, ours(servers, folder) as it:
        report.table("A citizen's wait", uvloop.run(measure(it.port, servers.redis_url)))


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
