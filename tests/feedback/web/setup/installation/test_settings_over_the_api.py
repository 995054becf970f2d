"""The installation is set over the API, in whose answers no secret is shown; what the operator has set counts first."""

from dataclasses import replace

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record import installation
from feedback.record.db import Record
from feedback.web.app import create_app
from tests.conftest import RealServers
from tests.feedback.web.setup.installation.settings import API, SECRET, settings_of, told
from tests.insights.pages.signed_in import Client


def test_what_the_operator_has_set_counts_first_and_is_not_to_be_changed(
    record: Record, servers: RealServers, admin: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with record.transaction() as session:
        before = {"mail_from": "from@browser.example", "twilio_from": "+447700900001"}
        installation.save(session, record.keys, record.operators_settings, before, "machine")
    monkeypatch.setenv("FEEDBACK_MAIL_FROM", "feedback@localhost")  # set, though to what it is anyway
    with TestClient(create_app(record.operators_settings, servers.database_url, servers.redis_url)) as client:
        assert (told(client, admin, "mail_from")["source"], told(client, admin, "mail_from")["pinned"]) == (
            "default",
            True,
        )
        assert told(client, admin, "twilio_from")["value"] == "+447700900001"
        assert client.patch(API, json={"mail_from": "x@y.example"}, headers=admin).status_code == 409
    off = replace(record.operators_settings, settings_in_browser=False)
    assert Record(off, record.engine).settings == off


def test_the_api_takes_what_the_form_takes_and_never_shows_a_secret(
    settable: Client, own_app: Litestar, admin: dict[str, str]
) -> None:
    changes = {"webhook_allow": "10.1.0.0/16 hook.internal", "egress_proxy": f"http://us:{SECRET}@proxy.example:3128"}
    answer = settable.patch(API, json=changes, headers=admin)
    assert answer.status_code == 200 and SECRET not in answer.text
    assert told(settable, admin, "egress_proxy")["value"] == "proxy.example"
    assert settings_of(own_app).webhook_allow == ("10.1.0.0/16", "hook.internal")
    settable.patch(API, json={"webhook_allow": None}, headers=admin)
    assert settings_of(own_app).webhook_allow == ()
    assert settable.post(f"{API}/egress/undo", headers=admin).status_code == 200
    assert settings_of(own_app).webhook_allow == ("10.1.0.0/16", "hook.internal")


@pytest.mark.parametrize(
    "changes",
    [
        {"data": "/tmp"},
        {"nonsense": None},
        {"smtp_url": "http://mail.example"},
        {"smtp_url": "smtp://[x"},
        {"imap_url": "ftp://mail.example"},
        {"egress_proxy": "socks5://proxy.example"},
        {"oidc_roles": "Everybody=king"},
        {"oidc_trust_email": "perhaps"},
        {"webhook_allow": "not_a_host!"},
        {"mail_from": "us@example.org\nBcc: all@example.org"},
        {"mail_from": "x" * 2_001},
        {"mail_from": '"'},
        {"mail_from": "=?utf-8?q?=0d=0aBcc:all@example.org?= <us@example.org>"},
        {"mail_from": "us@example.org, all@example.org"},
        {"smtp_url": f"smtp://{'a' * 64}.example"},
        {"imap_url": "imap://mail..example"},
        {"public_url": "feedback.example.org"},
        {"public_url": "https://["},
        {"notify_url": "https://notify.example:99999"},
        {"twilio_url": "ftp://twilio.example"},
        {"oidc_issuer": "https://"},
        {"vonage_method": "sha3"},
    ],
    ids=lambda changes: "-".join(f"{name}-{str(text)[:12].strip()}" for name, text in changes.items()),
)
def test_what_cannot_be_a_setting_is_refused_by_name(
    settable: Client, own_app: Litestar, admin: dict[str, str], changes: dict[str, str | None]
) -> None:
    answer = settable.patch(API, json=changes, headers=admin)
    assert answer.status_code == 400 and (next(iter(changes)) in answer.text or "WEBHOOK_ALLOW" in answer.text)
    assert settings_of(own_app) == own_app.state.record.operators_settings


def test_a_password_that_looks_like_an_address_is_not_shown(settable: Client, admin: dict[str, str]) -> None:
    settable.patch(API, json={"vonage_secret": f"x://{SECRET}"}, headers=admin)
    assert told(settable, admin, "vonage_secret")["value"] == ""
