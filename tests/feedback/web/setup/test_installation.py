"""Admins see what is set about the installation, where it comes from and whether it works; never a secret."""

from dataclasses import replace
from pathlib import Path

import pytest
from litestar.testing import TestClient

from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.settings import Settings
from feedback.web.app import create_app
from tests.conftest import RealServers
from tests.insights.mailbox import Box
from tests.insights.pages.signed_in import OURS, Client, signed_in, words_of

PATH = "/setup/installation"
SECRET = "xq-never-shown"


def test_no_secret_of_the_settings_is_ever_shown(
    record: Record, servers: RealServers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(SECRET)
    given = {
        "FEEDBACK_SMTP_URL": f"smtps://us:{SECRET}@mail.example:465",
        "FEEDBACK_EGRESS_PROXY": f"http://us:{SECRET}@proxy.example:3128",
        "FEEDBACK_VONAGE_SECRET": SECRET,
        "FEEDBACK_OIDC_CLIENT_SECRET": SECRET,
        "FEEDBACK_TITLES_KEY": SECRET,
        "FEEDBACK_TWILIO_AUTH_TOKEN_FILE": str(tmp_path / "token"),
        "FEEDBACK_MAIL_FROM": "feedback@aberwen.example",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = replace(Settings.read(given), data=servers.data, intake_rate=0)
    app = create_app(settings, servers.database_url, servers.redis_url)
    with TestClient(app) as client:
        page = signed_in(client, record).get(PATH)
    assert SECRET not in page.text
    said = words_of(page)
    assert "Set, not shown ( mail.example ) The environment" in said
    assert "Twilio: auth token For texts that come in, and for answers that go out. FEEDBACK_TWILIO_AUTH_TOKEN" in said
    assert "FEEDBACK_TWILIO_AUTH_TOKEN Set, not shown A file" in said
    assert "feedback@aberwen.example The environment" in said
    assert "FEEDBACK_NOTIFY_TOKEN Not set Nobody: the default" in said
    assert "Port that is listened on PORT" in said


def test_what_can_be_tried_says_what_came_of_it(
    client: Client, record: Record, servers: RealServers, box: tuple[Box, str]
) -> None:
    admin = signed_in(client, record)
    for tried, came_of_it in (
        ("address", "It does not lead here"),
        ("mail", "Enter an e-mail address"),
        ("directory", "No directory is set."),
        ("egress", "No proxy is set"),
    ):
        assert came_of_it in words_of(admin.post(PATH, data={"try": tried}, headers=OURS)), tried
    assert admin.post(PATH, data={"try": "luck"}, headers=OURS).status_code == 404
    asked = {"try": "mail", "email": "ann@example.org"}
    assert "No mail server is set." in words_of(admin.post(PATH, data=asked, headers=OURS))
    arrived, url = box
    settings = replace(
        record.settings, smtp_url=url, egress_proxy="http://127.0.0.1:9", oidc_issuer="http://127.0.0.1:9"
    )
    with TestClient(create_app(settings, servers.database_url, servers.redis_url)) as other:
        admin = signed_in(other, record)
        assert "The mail server took it" in words_of(admin.post(PATH, data=asked, headers=OURS))
        assert "Nothing answers there" in words_of(admin.post(PATH, data={"try": "egress"}, headers=OURS))
        assert "does not answer as a directory" in words_of(admin.post(PATH, data={"try": "directory"}, headers=OURS))
    assert [mail["To"] for mail in arrived.mails] == ["ann@example.org"]


def test_only_admins_look_at_the_installation(client: Client, record: Record, blue_badge: str) -> None:
    owner = signed_in(client, record, Role.owner, blue_badge)
    assert owner.get(PATH).status_code == owner.post(PATH, data={"try": "mail"}, headers=OURS).status_code == 403
