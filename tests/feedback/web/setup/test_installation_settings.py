"""Admins set mail, directory and the rest in the browser: tried, sealed, taken up at once, undone."""

import asyncio
import datetime as dt
import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from feedback.record import installation
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.encryption import KeyRing
from feedback.record.errors import Malformed
from feedback.record.installation import live
from feedback.record.models import AuditEntry, StoredSettings
from feedback.record.settings import Settings
from feedback.web.app import create_app
from feedback.web.setup.installation import fields
from insights.alerts.delivery import mail
from tests.conftest import RealServers
from tests.feedback.process.processes import eventually
from tests.insights.mailbox import Box
from tests.insights.pages.signed_in import OURS, Client, person_signed_in, signed_in, words_of
from tests.insights.receivers import Receiver

PATH, API = "/setup/installation", "/v1/installation/settings"
SECRET = "xq-never-shown"
NIL = uuid.UUID(int=0)


@pytest.fixture(scope="module")
def own_app(migrated: Record, servers: RealServers) -> Litestar:
    """What is set in it is known to no other test."""
    return create_app(migrated.operators_settings, servers.database_url, servers.redis_url)


@pytest.fixture
def settable(record: Record, own_app: Litestar) -> Iterator[Client]:
    with TestClient(own_app) as client:
        own_app.state.record.live_settings.forget()
        yield client


def settings_of(app: Litestar) -> Settings:
    found: Settings = app.state.record.settings
    return found


def told(client: Client, admin: dict[str, str], name: str) -> dict[str, object]:
    return next(dict(it) for it in client.get(API, headers=admin).raise_for_status().json() if it["name"] == name)


def test_mail_is_set_in_the_browser_tried_first_and_sent_by_from_then_on(
    settable: Client, own_app: Litestar, record: Record, blue_badge: str, box: tuple[Box, str]
) -> None:
    arrived, url = box
    ann = person_signed_in(settable, record, "Ann", Role.admin)
    assert 'value="ann@example.org"' in ann.get(f"{PATH}/mail").text
    form = {"smtp_url": url, "smtp_user": "us", "smtp_password": SECRET, "mail_from": "us@aberwen.example"}
    answer = ann.post(f"{PATH}/mail", data=form | {"email": "ann@example.org"}, headers=OURS)
    assert "Kept. It counts everywhere" in words_of(answer)
    assert arrived.passwords == [SECRET.encode()] and arrived.mails[0]["From"] == "us@aberwen.example"
    assert mail.send(settings_of(own_app), mail.compose(settings_of(own_app), "b@example.org", NIL, "s", "t", "h", {}))
    assert [it["To"] for it in arrived.mails] == ["ann@example.org", "b@example.org"]
    for page in (ann.get(PATH), ann.get(f"{PATH}/mail")):
        assert SECRET not in page.text and "by Ann" in words_of(page)
    with record.transaction() as session:
        [row] = session.scalars(select(StoredSettings))
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.act == "installation set"))
        assert SECRET.encode() not in row.sealed and SECRET not in str(entry.details)
        assert "FEEDBACK_SMTP_PASSWORD" in entry.details["settings"]


def test_what_does_not_work_is_kept_only_when_that_is_wanted(
    settable: Client, own_app: Litestar, record: Record
) -> None:
    admin = signed_in(settable, record)
    form = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "us"}
    answer = admin.post(f"{PATH}/directory", data=form, headers=OURS)
    assert answer.status_code == 400 and "does not answer as a directory" in answer.text
    assert 'value="http://127.0.0.1:9"' in answer.text and settings_of(own_app).oidc_issuer is None
    admin.post(f"{PATH}/directory", data=form | {"anyway": "yes"}, headers=OURS)
    assert settings_of(own_app).oidc_issuer == "http://127.0.0.1:9"


def test_a_save_is_undone_once_and_what_stood_there_counts_again(
    settable: Client, own_app: Litestar, record: Record
) -> None:
    admin = signed_in(settable, record)
    for model in ("first", "second"):
        page = admin.post(f"{PATH}/titles", data={"titles_model": model, "titles_key": SECRET}, headers=OURS)
    assert f'action="{PATH}/titles/undo"' in page.text and settings_of(own_app).titles_model == "second"
    assert "Undone" in words_of(admin.post(f"{PATH}/titles/undo", headers=OURS))
    assert (settings_of(own_app).titles_model, settings_of(own_app).titles_key) == ("first", SECRET)
    assert admin.post(f"{PATH}/titles/undo", headers=OURS).status_code == 409


def test_a_secret_that_is_left_empty_stays_and_goes_when_it_is_to_be_forgotten(
    settable: Client, own_app: Litestar, record: Record
) -> None:
    admin = signed_in(settable, record)
    admin.post(f"{PATH}/providers", data={"vonage_secret": SECRET}, headers=OURS)
    admin.post(f"{PATH}/providers", data={"vonage_secret": "", "twilio_from": "+447700900000"}, headers=OURS)
    assert settings_of(own_app).vonage_secret == SECRET
    admin.post(f"{PATH}/providers", data={"forget-vonage_secret": "yes"}, headers=OURS)
    assert settings_of(own_app).vonage_secret is None


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


def test_other_processes_take_it_up_without_a_restart(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "FRESH_SECONDS", 0.0)
    other = Record(record.operators_settings, record.engine)
    assert other.settings.mail_from == "feedback@localhost"
    with record.transaction() as session:
        changes = {"mail_from": "us@aberwen.example"}
        installation.save(session, record.keys, record.operators_settings, changes, "machine")
    assert other.settings.mail_from == "us@aberwen.example"


def test_what_is_set_while_a_process_looks_counts_for_whoever_asks_next(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, stored = Record(record.operators_settings, record.engine), live.LiveSettings._stored
    has_read, may_end = threading.Event(), threading.Event()

    def slowly(its: live.LiveSettings) -> Sequence[Any]:
        rows = stored(its)
        has_read.set()
        may_end.wait(10)
        return rows

    monkeypatch.setattr(live.LiveSettings, "_stored", slowly)
    looks, forgets = threading.Thread(target=lambda: own.settings), threading.Thread(target=own.live_settings.forget)
    looks.start()
    assert has_read.wait(10)
    with record.transaction() as session:
        changes = {"mail_from": "us@aberwen.example"}
        installation.save(session, record.keys, record.operators_settings, changes, "machine")
    forgets.start()
    forgets.join(0.1)
    may_end.set()
    looks.join(10)
    forgets.join(10)
    assert own.settings.mail_from == "us@aberwen.example"


def test_an_event_loop_goes_on_with_what_is_known_while_the_store_hangs(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "FRESH_SECONDS", 0.0)
    other = Record(record.operators_settings, record.engine)

    async def mail_from() -> str:
        return other.settings.mail_from

    assert other.settings.mail_from == "feedback@localhost"
    with record.transaction() as session:
        changes = {"mail_from": "us@aberwen.example"}
        installation.save(session, record.keys, record.operators_settings, changes, "machine")
        session.execute(text("LOCK TABLE stored_settings"))
        assert asyncio.run(mail_from()) == "feedback@localhost"
    eventually(lambda: asyncio.run(mail_from()) == "us@aberwen.example")


def test_what_is_stored_moves_to_a_new_key_and_counts_for_nothing_without_its_own(record: Record) -> None:
    old, new = b"o" * 32, b"n" * 32
    with record.transaction() as session:
        installation.save(session, KeyRing([old]), record.operators_settings, {"mail_from": "a@b.example"}, "machine")
    with record.transaction() as session:
        assert installation.kept(session, KeyRing([new])) == {}
        installation.rewrap(session, KeyRing([new, old]))
    with record.transaction() as session:
        assert installation.kept(session, KeyRing([new]))["mail_from"].text == "a@b.example"


def test_text_providers_and_mailboxes_are_tried_too(
    settable: Client, record: Record, hook: Receiver, own_app: Litestar
) -> None:
    admin = signed_in(settable, record)
    form = {"twilio_auth_token": SECRET, "twilio_account_sid": "AC1", "twilio_url": hook.url.rstrip("/")}
    answer = admin.post(f"{PATH}/providers", data=form, headers=OURS)
    assert answer.status_code == 400 and "supplier of texts" in answer.text and settings_of(own_app).twilio_url
    form = {"imap_url": "imap://127.0.0.1:9/INBOX", "imap_user": "us", "imap_password": SECRET}
    answer = admin.post(f"{PATH}/mailboxes", data=form, headers=OURS)
    assert answer.status_code == 400 and "It cannot be looked into" in answer.text


def test_no_secret_is_told_to_a_server_that_it_was_not_entered_for(
    settable: Client, record: Record, admin: dict[str, str], box: tuple[Box, str]
) -> None:
    arrived, url = box
    ann, wanted = signed_in(settable, record), {"smtp_url": url, "email": "ann@example.org"}
    settable.patch(
        API, json={"smtp_url": "smtp://127.0.0.1:9", "smtp_user": "us", "smtp_password": SECRET}, headers=admin
    )
    for more in ({}, {"anyway": "yes"}):
        answer = ann.post(f"{PATH}/mail", data=wanted | {"smtp_user": "us"} | more, headers=OURS)
        assert answer.status_code == 400 and "would go to this server" in answer.text
    refused = settable.patch(API, json={"smtp_url": url}, headers=admin)
    assert refused.status_code == 400 and "smtp_url" in refused.text and arrived.passwords == []
    assert settable.patch(API, json={"smtp_url": url, "smtp_password": "new"}, headers=admin).status_code == 200
    assert settable.patch(API, json={"smtp_url": f"{url}/"}, headers=admin).status_code == 200, "the same server"


@pytest.mark.parametrize(("url", "status"), [("http://model.example", 400), ("https://model.example", 200)])
def test_no_proxy_is_told_a_secret_that_goes_through_it_in_clear(
    settable: Client, admin: dict[str, str], url: str, status: int
) -> None:
    settable.patch(API, json={"titles_url": url, "titles_key": SECRET}, headers=admin)
    proxy = {"egress_proxy": "http://theirs.example:3128"}
    assert settable.patch(API, json=proxy, headers=admin).status_code == status
    assert settable.patch(API, json=proxy | {"titles_key": "new"}, headers=admin).status_code == 200


def test_no_undo_brings_a_secret_to_a_server_that_was_set_meanwhile(settable: Client, admin: dict[str, str]) -> None:
    settable.patch(API, json={"imap_url": "imaps://ours.example", "oauth_client_secret": SECRET}, headers=admin)
    settable.patch(API, json={"oauth_client_secret": None}, headers=admin)
    assert settable.patch(API, json={"imap_url": "imaps://theirs.example"}, headers=admin).status_code == 200
    assert settable.post(f"{API}/mail/undo", headers=admin).status_code == 409


def test_no_undo_brings_back_a_server_for_a_secret_that_was_set_meanwhile(
    settable: Client, admin: dict[str, str]
) -> None:
    for url in ("imaps://theirs.example", None):
        settable.patch(API, json={"imap_url": url}, headers=admin)
    settable.patch(API, json={"oauth_client_secret": SECRET}, headers=admin)
    assert settable.post(f"{API}/mailboxes/undo", headers=admin).status_code == 400


def test_a_server_and_its_secret_are_undone_together(settable: Client, admin: dict[str, str]) -> None:
    for changes in ({"smtp_url": "smtp://ours.example"}, {"smtp_url": "smtp://new.example", "smtp_password": SECRET}):
        settable.patch(API, json=changes, headers=admin)
    assert settable.post(f"{API}/mail/undo", headers=admin).status_code == 200
    assert told(settable, admin, "smtp_url")["value"] == "ours.example"


def test_nothing_is_undone_between_the_look_and_the_save(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    given = (record.keys, record.operators_settings)
    with record.transaction() as session:
        installation.save(session, *given, {"smtp_password": SECRET}, "us")
    look = installation.require_secrets

    def while_looking(*known: Any) -> None:
        look(*known)
        with pytest.raises(OperationalError), record.transaction() as other:
            other.execute(text("SET LOCAL lock_timeout = '100ms'"))
            monkeypatch.undo()
            installation.undo(other, *given, "mail", "them")

    monkeypatch.setattr(installation, "require_secrets", while_looking)
    with record.transaction() as session:
        installation.save(session, *given, {"titles_model": "m"}, "us")


def test_each_secret_that_goes_out_stays_with_its_address() -> None:
    going = {secret for secrets in installation.SENT_TO.values() for secret in secrets}
    coming_in = {"notify_token", "vonage_secret"}
    own = {
        name for names in installation.GROUPS.values() for name in names if installation.FIELDS[name].metadata["secret"]
    }
    assert going | coming_in | {"smtp_url", "imap_url", "egress_proxy"} == own


def test_a_password_that_looks_like_an_address_is_not_shown(settable: Client, admin: dict[str, str]) -> None:
    settable.patch(API, json={"vonage_secret": f"x://{SECRET}"}, headers=admin)
    assert told(settable, admin, "vonage_secret")["value"] == ""


def test_a_password_that_a_mail_server_cannot_be_told_fails_as_a_trial(
    settable: Client, record: Record, box: tuple[Box, str]
) -> None:
    form = {"smtp_url": box[1], "smtp_user": "wŷn", "smtp_password": "pâs", "email": "ann@example.org"}
    answer = signed_in(settable, record).post(f"{PATH}/mail", data=form, headers=OURS)
    assert answer.status_code == 400 and "It was not sent" in answer.text


def test_what_was_typed_stands_there_again_but_for_what_may_hold_a_password(settable: Client, record: Record) -> None:
    admin = signed_in(settable, record)
    for url, again in (("smtp://127.0.0.1:9", True), (f"smtp://us:{SECRET}@127.0.0.1:9", False)):
        page = admin.post(f"{PATH}/mail", data={"smtp_url": url, "smtp_password": SECRET}, headers=OURS)
        assert page.status_code == 400 and SECRET not in page.text and (f'value="{url}"' in page.text) == again


def test_only_admins_set_anything(settable: Client, record: Record, blue_badge: str) -> None:
    owner = signed_in(settable, record, Role.owner, blue_badge)
    paths = [f"{PATH}/mail", f"{PATH}/mail/undo"]
    assert {owner.post(path, data={"mail_from": "x@y.example"}, headers=OURS).status_code for path in paths} == {403}
    assert owner.get(f"{PATH}/mail").status_code == 403


def test_the_form_and_the_api_know_the_same_settings() -> None:
    forms = {name: tuple(one.name for one in group.fields) for name, group in fields.GROUPS.items()}
    assert {name: set(own) for name, own in forms.items()} == {
        name: set(own) for name, own in installation.GROUPS.items()
    }
    hidden = {one.name for group in fields.GROUPS.values() for one in group.fields if one.kind == "password"}
    settable = {name for own in installation.GROUPS.values() for name in own}
    addresses = {"smtp_url", "imap_url", "egress_proxy"}  # seen while they are typed, and never again
    assert hidden | addresses == {name for name in settable if installation.FIELDS[name].metadata["secret"]}


def test_a_text_that_is_no_setting_any_longer_is_left_out(record: Record) -> None:
    with pytest.raises(Malformed):
        installation.changed({}, {"notify_api_key": "short"}, "machine")
    at = installation.KeptSetting("smtp:/broken", "machine", dt.datetime.now(dt.UTC))
    assert installation.together(record.operators_settings, {"smtp_url": at, "gone": at}) == record.operators_settings
