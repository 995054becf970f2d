"""A secret stays with the server that it was entered for, whatever is set, undone or sent through a proxy."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from feedback.record import installation
from feedback.record.db import Record
from tests.feedback.web.setup.installation.settings import API, PATH, SECRET, told
from tests.insights.mailbox import Box
from tests.insights.pages.signed_in import OURS, Client, signed_in


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
        name
        for names in installation.SETTINGS_BY_GROUP.values()
        for name in names
        if installation.FIELDS[name].metadata["secret"]
    }
    assert going | coming_in | {"smtp_url", "imap_url", "egress_proxy"} == own
