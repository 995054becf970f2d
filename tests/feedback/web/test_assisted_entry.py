"""Paper and counter: staff enter what was said, and who did stands in the audit."""

import datetime as dt

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import AuditEntry, Feedback
from feedback.record.privacy import contacts, raw
from tests.insights.pages.signed_in import OURS, signed_in, words_of

Client = TestClient[Litestar]

PATH = "/dashboard/blue-badge/enter"
SAID = {
    "key": "k",
    "message": "The counter closes before I am off work",
    "on": "2026-03-02",
    "office": "Castle Street",
    "way": "paper",
    "contact": "",
}


@pytest.fixture
def editor(client: Client, record: Record, blue_badge: str) -> Client:
    return signed_in(client, record, Role.editor, blue_badge)


def stored(record: Record) -> list[Feedback]:
    with record.transaction() as session:
        return list(session.scalars(select(Feedback).order_by(Feedback.id)))


def test_an_editor_enters_what_was_said_and_gets_a_receipt_in_both_languages(editor: Client, record: Record) -> None:
    assert PATH in editor.get("/dashboard/blue-badge").text
    assert 'name="key"' in editor.get(PATH).text
    page = editor.post(PATH, data=SAID, headers=OURS)
    [row] = stored(record)
    assert (row.channel, row.assisted, row.said_at.date()) == ("import", True, dt.date(2026, 3, 2))
    assert f"Your receipt: {row.receipt}" in words_of(page)
    assert f"Eich derbynneb: {row.receipt}" in words_of(page)
    with record.transaction() as session:
        content = raw.read(session, record.keys, [row.id])[row.id]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "enter")).one()
    assert content["attributes"] == {"office": "Castle Street", "way": "paper"}
    assert entry.subject == f"feedback:{row.id}"
    assert entry.by.startswith("key:")


def test_a_reload_enters_it_once_and_other_words_are_another_piece(editor: Client, record: Record) -> None:
    pages = [editor.post(PATH, data=SAID, headers=OURS) for _ in range(2)]
    assert words_of(pages[0]) == words_of(pages[1])
    editor.post(PATH, data=SAID | {"message": "And it is cold"}, headers=OURS)
    assert len(stored(record)) == 2
    with record.transaction() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.act == "enter")).all()) == 2


def test_what_was_said_today_was_said_now(editor: Client, record: Record) -> None:
    editor.post(PATH, data=SAID | {"on": ""}, headers=OURS)
    [row] = stored(record)
    assert row.said_at == row.received_at


def test_a_contact_is_kept_sealed_and_only_if_one_is_given(editor: Client, record: Record) -> None:
    editor.post(PATH, data=SAID, headers=OURS)
    editor.post(PATH, data=SAID | {"contact": "jo@example.org"}, headers=OURS)
    without, given = stored(record)
    with record.transaction() as session:
        assert contacts.read(session, record.keys, [without.id, given.id]) == {given.id: "jo@example.org"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"message": " "}, "message"),
        ({"message": "a" * 5_001}, "message"),
        ({"on": "yesterday"}, "on"),
        ({"on": "2999-01-01"}, "on"),
        ({"office": "a" * 201}, "office"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(
    editor: Client, record: Record, change: dict[str, str], field: str
) -> None:
    page = editor.post(PATH, data=SAID | change, headers=OURS)
    assert page.status_code == 400
    assert f'href="#{field}"' in page.text
    assert f'id="{field}-error"' in page.text
    assert "Castle Street" in page.text or field == "office"
    assert stored(record) == []


def test_only_editors_of_the_service_may_enter(client: Client, record: Record, blue_badge: str) -> None:
    assert client.get(PATH, follow_redirects=False).headers["location"].startswith("/sign-in")
    reader = signed_in(client, record, Role.reader, blue_badge)
    assert PATH not in reader.get("/dashboard/blue-badge").text
    assert reader.get(PATH).status_code == 403
    assert reader.post(PATH, data=SAID, headers=OURS).status_code == 403
    assert stored(record) == []


def test_a_page_of_another_site_enters_nothing(editor: Client, record: Record) -> None:
    assert editor.post(PATH, data=SAID, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert stored(record) == []
