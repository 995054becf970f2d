"""`feedback ready`: what a container that serves no HTTP is asked for its health."""

import pytest
from click.testing import CliRunner

from feedback.cli import main
from tests.conftest import RealServers

NOWHERE = {
    "DATABASE_URL": "postgresql://feedback:hush@127.0.0.1:1/feedback?connect_timeout=1",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


@pytest.mark.parametrize(
    ("away", "ends_with", "says"),
    [
        ((), 0, "PostgreSQL answers, Redis answers."),
        (("REDIS_URL",), 0, "PostgreSQL answers, Redis does not."),
        (("DATABASE_URL",), 1, "PostgreSQL does not answer, Redis answers."),
    ],
)
def test_it_fails_without_postgresql_and_is_only_slower_without_redis(
    servers: RealServers, away: tuple[str, ...], ends_with: int, says: str
) -> None:
    urls = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, "FEEDBACK_DATA": str(servers.data)}
    asked = CliRunner(env=urls | {name: NOWHERE[name] for name in away}).invoke(main, ["ready"])
    assert (asked.exit_code, asked.output.strip()) == (ends_with, says)
    assert "hush" not in asked.output
