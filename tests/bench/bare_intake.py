"""What intake is held against: the same body over the same framework and server, each request one insertion, or none.

`python -m tests.bench.bare_intake PORT [DATABASE_URL]`
"""

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from litestar import Litestar, post
from litestar.params import FromPath, JSONBody

from ingest.intake.routes import Acknowledgement, Submission

PATH = "/v1/services/bench/feedback"
TABLE = "CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY, message text, received_at timestamptz DEFAULT now())"


def with_a_database(url: str) -> Litestar:
    """Makes the application as asyncpg's documentation shows it: a pool as it comes, one `execute` a request."""
    import asyncpg

    pools: list[asyncpg.Pool] = []

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url) as pool:
            pools.append(pool)
            yield

    @post(PATH, status_code=202)
    async def store(data: JSONBody[Submission]) -> Acknowledgement:
        identity = uuid.uuid4()
        await pools[0].execute("INSERT INTO bare (id, message) VALUES ($1, $2)", identity, data.message)
        return Acknowledgement(identity, "")

    return Litestar([store], lifespan=[lifespan], openapi_config=None, logging_config=None)


def without_a_database() -> Litestar:
    """Makes the application that answers, and keeps nothing."""

    @post("/v1/services/{service:str}/feedback", status_code=202)
    async def answer(service: FromPath[str], data: JSONBody[Submission]) -> Acknowledgement:
        return Acknowledgement(uuid.uuid4(), service)

    return Litestar([answer], openapi_config=None, logging_config=None)


async def make_table(url: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(url)
    await connection.execute(TABLE)
    await connection.close()


def main(port: str, url: str = "") -> None:
    url = url.replace("+psycopg", "")
    if url:
        asyncio.run(make_table(url))
    app = with_a_database(url) if url else without_a_database()
    plain = {"ws": "none", "proxy_headers": False, "server_header": False, "access_log": False}
    uvicorn.run(app, port=int(port), loop="uvloop", http="httptools", log_level="warning", **plain)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(*sys.argv[1:])
