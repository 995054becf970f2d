"""Real servers for every test that wants them, started once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from feedback import embedded


@dataclass(frozen=True, slots=True)
class RealServers:
    """PostgreSQL and Valkey of this test run alone, and the folder that stands for `FEEDBACK_DATA`."""

    database_url: str
    redis_url: str
    data: Path


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServers]:
    data = tmp_path_factory.mktemp("data")
    with embedded.servers(data) as found:
        yield RealServers(found.database_url, found.redis_url, data)
