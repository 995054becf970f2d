"""Admins set mail, directory and the rest in the browser: tried first, taken up at once, undone."""

import uuid

from litestar import Litestar
from sqlalchemy import select

from feedback.record import installation
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import AuditEntry, StoredSettings
from feedback.web.setup.installation import fields
from insights.alerts.delivery import mail
from tests.feedback.web.setup.installation.settings import PATH, SECRET, settings_of
from tests.insights.mailbox import Box
from tests.insights.pages.signed_in import OURS, Client, person_signed_in, signed_in, words_of
from tests.insights.receivers import Receiver

NIL = uuid.UUID(int=0)


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
    forms = {name: tuple(one.name for one in group.fields) for name, group in fields.FORMS.items()}
    assert {name: set(own) for name, own in forms.items()} == {
        name: set(own) for name, own in installation.SETTINGS_BY_GROUP.items()
    }
    hidden = {one.name for group in fields.FORMS.values() for one in group.fields if one.kind == "password"}
    settable = {name for own in installation.SETTINGS_BY_GROUP.values() for name in own}
    addresses = {"smtp_url", "imap_url", "egress_proxy"}  # seen while they are typed, and never again
    assert hidden | addresses == {name for name in settable if installation.FIELDS[name].metadata["secret"]}
