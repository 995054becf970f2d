"""Every place in which a citizen's words could stand, as text to look through."""

from collections.abc import Callable

import redis
from sqlalchemy import text

from feedback.record.db import engine_for
from tests.conftest import RealServers

DUMP = "SELECT t::text FROM {} t"


def in_postgres(servers: RealServers) -> str:
    """Every row of every table and of the planner's statistics, which hold samples of what is in tables and indices."""
    engine = engine_for(servers.database_url, size=1)
    with engine.connect() as connection:
        tables = connection.scalars(text("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"))
        rows = [row for table in [*tables, "pg_stats"] for row in connection.scalars(text(DUMP.format(table)))]
    engine.dispose()
    return "\n".join(rows)


def analyse(servers: RealServers) -> None:
    """What PostgreSQL does by itself now and then: it keeps samples for its planner."""
    engine = engine_for(servers.database_url, size=1)
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def in_redis(servers: RealServers) -> str:
    with redis.Redis.from_url(servers.redis_url) as valkey:
        return "\n".join(f"{key!r}{valkey.dump(key)!r}" for key in valkey.scan_iter())


def in_files(servers: RealServers) -> str:
    """The data folder, its logs included, but for PostgreSQL's own files: those are told by its rows."""
    own = servers.data / "postgres" / "data"
    files = [file for file in servers.data.rglob("*") if own not in file.parents and file.is_file()]
    return "\n".join(f"{file}\n{file.read_bytes().decode('latin-1')}" for file in files)


STORES: dict[str, Callable[[RealServers], str]] = {"PostgreSQL": in_postgres, "Redis": in_redis, "files": in_files}


def holders(servers: RealServers, *words: str) -> list[str]:
    """Which stores hold any of the words, in letters or as the bytes of a column; with the words that they hold."""
    found = []
    for name, read in STORES.items():
        held = read(servers).casefold()
        found += [f"{name}: {word}" for word in words if word in held or word.encode().hex() in held]
    return found
