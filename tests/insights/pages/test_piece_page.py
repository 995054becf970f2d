"""A piece on the dashboard: staff see why it was set aside and overrule it; owners read and release what is held."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import AuditEntry, Feedback
from feedback.record.privacy import urgent_raw
from tests.insights import made_up
from tests.insights.pages.signed_in import OURS, signed_in, words_of

Client = TestClient[Litestar]
RAW: dict[str, Any] = {
    "message": "I am Jo Bloggs of 1 High St",
    "contact": "jo@example.org",
    "page_url": None,
    "attributes": {},
}


@pytest.fixture
def piece(record: Record, blue_badge: str) -> str:
    """The path of an urgent piece that counts."""
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        made = made_up.report(session, issue, "I am [NAME] of [ADDRESS]")
        made.urgent = {"kind": "danger", "reason": "Speaks of a danger to life"}
        urgent_raw.retain(session, record.keys, {made.id: RAW})
        return f"/dashboard/feedback/{made.id}"


def found(record: Record) -> Feedback:
    with record.transaction() as session:
        return session.scalars(select(Feedback)).one()


def test_the_page_of_the_service_counts_what_is_held_until_it_is_released(
    client: Client, record: Record, piece: str
) -> None:
    owner = signed_in(client, record, Role.owner, "blue-badge")
    assert "Urgent, to be seen to 1" in words_of(owner.get("/dashboard/blue-badge"))
    owner.post(f"{piece}/release", data={"reason": "An ambulance went"}, headers=OURS)
    assert "Urgent, to be seen to" not in words_of(owner.get("/dashboard/blue-badge"))


def test_staff_set_a_piece_aside_with_a_reason_and_count_it_again(client: Client, record: Record, piece: str) -> None:
    editor = signed_in(client, record, Role.editor, "blue-badge")
    assert "Photo will not upload" in words_of(editor.get(piece))
    page = editor.post(f"{piece}/overrule", data={"counts": "no", "reason": "A test of ours"}, headers=OURS)
    assert "Set aside by staff: A test of ours (editor of blue-badge)" in words_of(page)
    assert "It does not count" in words_of(page) and found(record).weight == 0
    assert "A test of ours" in words_of(editor.get("/dashboard/blue-badge/feedback?only=uncounted"))
    page = editor.post(f"{piece}/overrule", data={"counts": "yes", "reason": "It was none"}, headers=OURS)
    assert "It counts" in words_of(page) and found(record).weight == 1


def test_without_a_reason_the_form_says_what_is_missing(client: Client, record: Record, piece: str) -> None:
    page = signed_in(client, record).post(f"{piece}/overrule", data={"counts": "no", "reason": " "}, headers=OURS)
    assert page.status_code == 400 and 'id="overrule-error"' in page.text and "<title>Error: " in page.text
    assert found(record).weight == 1


def test_an_owner_asks_for_what_was_written_and_destroys_it(client: Client, record: Record, piece: str) -> None:
    owner = signed_in(client, record, Role.owner, "blue-badge")
    assert "Jo Bloggs" not in owner.get(piece).text
    seen = words_of(owner.post(f"{piece}/held", headers=OURS))
    assert "I am Jo Bloggs of 1 High St" in seen and "jo@example.org" in seen
    page = owner.post(f"{piece}/release", data={"reason": "Rang her"}, headers=OURS)
    assert "no longer held" in words_of(page)
    with record.transaction() as session:
        acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert acts == ["held text read", "held text released"]


def test_an_editor_is_told_that_it_is_held_and_cannot_read_it(client: Client, record: Record, piece: str) -> None:
    editor = signed_in(client, record, Role.editor, "blue-badge")
    assert "an owner of the service can read and release it" in words_of(editor.get(piece))
    assert editor.post(f"{piece}/held", headers=OURS).status_code == 403
    assert editor.post(f"{piece}/release", data={"reason": "x"}, headers=OURS).status_code == 403
    assert "See to it" in editor.get("/dashboard/blue-badge/feedback?only=urgent").text


def test_one_button_says_that_it_is_not_urgent_and_another_undoes_it(
    client: Client, record: Record, piece: str
) -> None:
    owner = signed_in(client, record, Role.owner, "blue-badge")
    assert "Not urgent What is held is destroyed ten minutes later" in words_of(owner.get(piece))
    page = words_of(owner.post(f"{piece}/not-urgent", headers=OURS))
    assert (
        "It is not urgent Noted: it is not urgent. Undo owner of blue-badge said so" in page
        and "Undo: it is urgent" in page
    )
    assert "Urgent, to be seen to" not in words_of(owner.get("/dashboard/blue-badge"))
    assert "It is urgent" in words_of(owner.post(f"{piece}/not-urgent", data={"undo": "yes"}, headers=OURS))
    editor = signed_in(client, record, Role.editor, "blue-badge")
    assert editor.post(f"{piece}/not-urgent", headers=OURS).status_code == 403
    assert "Not urgent" not in words_of(editor.get(piece))
