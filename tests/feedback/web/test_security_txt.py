"""Who finds a hole finds out whom to tell."""

import datetime as dt
from dataclasses import replace

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record.db import Record
from feedback.record.errors import Malformed
from feedback.record.settings import Settings
from feedback.web.app import create_app
from tests.conftest import RealServers

PATH = "/.well-known/security.txt"


def test_the_contact_stands_where_it_is_looked_for_and_is_not_believed_for_ever(
    record: Record, servers: RealServers
) -> None:
    named = replace(
        record.settings, security_contact="mailto:safety@town.example", public_url="https://feedback.town.example"
    )
    with TestClient(create_app(named, servers.database_url, servers.redis_url)) as client:
        answer = client.get(PATH)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields["Contact"] == "mailto:safety@town.example"
    assert fields["Canonical"] == f"https://feedback.town.example{PATH}"
    left = dt.datetime.fromisoformat(fields["Expires"]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=28) < left < dt.timedelta(days=365)


def test_where_nobody_is_named_there_is_no_such_file(client: TestClient[Litestar]) -> None:
    assert client.get(PATH).status_code == 404


@pytest.mark.parametrize(
    ("given", "published"),
    [
        ("safety@town.example", "mailto:safety@town.example"),
        ("mailto:safety@town.example", "mailto:safety@town.example"),
        ("https://town.example/holes", "https://town.example/holes"),
        ("tel:+441632960900", "tel:+441632960900"),
    ],
)
def test_a_contact_is_an_address_of_mail_the_web_or_the_telephone(given: str, published: str) -> None:
    assert Settings.read({"FEEDBACK_SECURITY_CONTACT": given}).security_contact == published


@pytest.mark.parametrize(
    "given", ["nobody", "http://town.example", "javascript:alert(1)", "a@b.example\nExpires: 2999-01-01T00:00:00Z"]
)
def test_what_is_no_contact_is_refused_at_the_start(given: str) -> None:
    with pytest.raises(Malformed, match="FEEDBACK_SECURITY_CONTACT"):
        Settings.read({"FEEDBACK_SECURITY_CONTACT": given})
