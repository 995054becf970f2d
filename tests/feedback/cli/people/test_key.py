"""The commands that say who may come in."""

import pytest
from click.testing import CliRunner
from litestar import Litestar
from litestar.testing import TestClient

from feedback.cli import main
from feedback.record.db import Record
from tests.conftest import RealServers

Client = TestClient[Litestar]


@pytest.fixture
def run(record: Record, servers: RealServers, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name, value in (("FEEDBACK_DATA", servers.data), ("DATABASE_URL", servers.database_url)):
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("REDIS_URL", servers.redis_url)
    return CliRunner()


def told(run: CliRunner, *words: str) -> str:
    answer = run.invoke(main, words, catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.stdout.strip()


SERVICE = ("--service", "blue-badge")


@pytest.mark.parametrize(
    ("options", "role"), [((), "admin"), (SERVICE, "owner"), ((*SERVICE, "--role", "reader"), "reader")]
)
def test_a_printed_link_signs_in_and_its_session_is_listed(
    run: CliRunner, client: Client, blue_badge: str, options: tuple[str, ...], role: str
) -> None:
    link = told(run, "sign-in", *options, "--name", "Ann")
    assert client.get(f"/sign-in/{link.rpartition('/')[2]}").status_code == 200
    number, *line = told(run, "key", "list").split("\t")
    assert line[:2] == [role, "Ann"] and line[2].startswith("session of ")
    told(run, "key", "revoke", number)
    assert client.get("/dashboard", follow_redirects=False).status_code == 303
    assert told(run, "key", "list") == ""


def test_a_member_of_staff_is_added_signs_in_by_the_printed_link_and_is_removed(
    run: CliRunner, client: Client, blue_badge: str
) -> None:
    for words in (
        ("staff", "add", "Ann@example.gov.uk", "--name", "Ann", *SERVICE),
        ("sign-in", "--staff", "ann@example.gov.uk"),
    ):
        path = "/sign-in/" + told(run, *words).rpartition("/")[2]
        assert client.post(path, headers={"Sec-Fetch-Site": "same-origin"}).url.path == "/dashboard"
    assert told(run, "staff", "list") == "ann@example.gov.uk\tAnn\towner of blue-badge"
    told(run, "staff", "remove", "ann@example.gov.uk")
    assert client.get("/dashboard", follow_redirects=False).status_code == 303
    assert told(run, "staff", "list") == ""
