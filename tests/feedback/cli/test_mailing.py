"""`feedback mail`, as an operator calls it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.cli import main
from feedback.record.db import Record
from feedback.record.models import Feedback
from tests.conftest import RealServers
from tests.ingest.channels.email.mailserver import PASSWORD, USER, mail_server

MAIL = b"From: jo@example.org\r\nSubject: Swings\r\nMessage-ID: <1@example.org>\r\n\r\nThe swings are gone.\r\n"


def feedback_mail(servers: RealServers, *options: str, **more: str) -> Result:
    urls = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, "FEEDBACK_DATA": str(servers.data)}
    return CliRunner(env=urls | more).invoke(main, ["mail", *options])


def test_one_mail_that_lies_in_two_mailboxes_is_one_piece(
    servers: RealServers, record: Record, blue_badge: str, tmp_path: Path
) -> None:
    (tmp_path / "cur").mkdir()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1.a").write_bytes(MAIL)
    answer = feedback_mail(servers, "--maildir", str(tmp_path), "--service", blue_badge, "--once")
    assert answer.output.startswith("1 mails taken in")
    with mail_server() as server:
        server.deliver(MAIL)
        signed_in = {"FEEDBACK_IMAP_USER": USER, "FEEDBACK_IMAP_PASSWORD": PASSWORD}
        answer = feedback_mail(servers, "--imap", server.url, "--service", blue_badge, "--once", **signed_in)
    assert answer.output.startswith("0 mails taken in, 1 were there already")
    with record.transaction() as session:
        assert session.scalars(select(Feedback)).one().channel == "email"


@pytest.mark.parametrize(
    "options", [[], ["--maildir", ".", "--imap", "imaps://a"], ["--maildir", ".", "--move-to", "x"]]
)
def test_options_that_make_no_sense_are_told(servers: RealServers, options: list[str]) -> None:
    answer = feedback_mail(servers, *options)
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: ")


def test_a_mailbox_that_fails_is_on_the_quality_page_with_its_reason_and_when_it_last_worked(
    servers: RealServers, client: TestClient[Litestar], admin: dict[str, str], blue_badge: str
) -> None:
    with mail_server() as server:
        known = {"FEEDBACK_IMAP_USER": USER, "FEEDBACK_IMAP_PASSWORD": PASSWORD}
        words = ("--imap", server.url.replace("//", f"//{USER}@"), "--service", blue_badge, "--once")
        feedback_mail(servers, *words, **known)
        [works] = client.get(f"/v1/services/{blue_badge}/quality", headers=admin).json()["mailboxes"]
        refused = feedback_mail(servers, *words, **{**known, "FEEDBACK_IMAP_PASSWORD": "changed"})
        [fails] = client.get(f"/v1/services/{blue_badge}/quality", headers=admin).json()["mailboxes"]
    reason = "the mail server does not take this user and password"
    assert refused.exit_code == 1 and reason in refused.output
    assert (works["name"], works["failure"], fails["failure"]) == (server.url, None, reason)
    assert works["worked_at"] == fails["worked_at"] < fails["looked_at"]
    page = client.get(f"/dashboard/{blue_badge}/quality", headers=admin).text
    assert f"Fails: {reason}" in page and USER + "@" not in page


def test_the_mailbox_of_all_services_is_told_to_those_with_an_address_of_mail(
    servers: RealServers, client: TestClient[Litestar], admin: dict[str, str], blue_badge: str, tmp_path: Path
) -> None:
    for name in ("cur", "new"):
        (tmp_path / name).mkdir()
    feedback_mail(servers, "--maildir", str(tmp_path), "--once")
    told = f"/v1/services/{blue_badge}/quality"
    assert client.get(told, headers=admin).json()["mailboxes"] == []
    client.patch(f"/v1/services/{blue_badge}", headers=admin, json={"mail_addresses": ["badge@council.example"]})
    assert [one["name"] for one in client.get(told, headers=admin).json()["mailboxes"]] == [str(tmp_path)]
