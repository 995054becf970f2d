"""What owners do in the browser: put back to work what was set aside, tell and erase what a person asks about."""

import re

import click
import pytest
from sqlalchemy import select, update

from feedback.cli import main
from feedback.record import access, services
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import AuditEntry, Feedback
from tests.insights.pages.signed_in import OURS, Client, person_signed_in, signed_in, words_of

AT = "/dashboard/blue-badge"
SAID = {"message": "Write to me about the lift", "contact": "ann@example.org"}

PAGES = {
    "service": "/dashboard/blue-badge/settings",
    "key": "/keys",
    "staff": "/staff",
    "sign-in": "/sign-in",
    "import": "/dashboard/blue-badge/bring",
    "export-subject": "/dashboard/blue-badge/person",
    "erase": "/dashboard/blue-badge/person",
    "requeue": "/dashboard/blue-badge/quality",
    "trace": "/dashboard/blue-badge/feedback",
    "mail": "/setup/installation/mailboxes",
    "backtest": "/dashboard/blue-badge/tolerance",
    "doctor": "/setup/installation",
}
"""The commands for which people need no command line, each with its page."""

OPERATORS = {"up", "demo", "serve", "work", "schedule", "migrate", "ready", "backup", "restore"} | {
    "read",
    "analyse",
    "redact",
}
"""The commands that run the installation, or work on files of whoever types them."""


@pytest.fixture
def piece(client: Client, blue_badge: str) -> dict[str, str]:
    answer = client.post("/v1/services/blue-badge/feedback", json=SAID, headers={"Idempotency-Key": "a"})
    return dict(answer.json())


def rows(record: Record) -> list[Feedback]:
    with record.transaction() as session:
        return list(session.scalars(select(Feedback)))


def test_every_command_that_is_not_the_operators_has_its_page(client: Client, record: Record, blue_badge: str) -> None:
    assert isinstance(main, click.Group)
    assert set(main.commands) == {*PAGES, *OPERATORS}
    admin = signed_in(client, record)
    assert {path: admin.get(path).status_code for path in PAGES.values()} == dict.fromkeys(PAGES.values(), 200)


def test_an_owner_puts_back_to_work_what_was_set_aside(owner: Client, record: Record, piece: dict[str, str]) -> None:
    assert "Put them back to work" not in owner.get(f"{AT}/quality").text
    with record.transaction() as session:
        session.execute(update(Feedback).values(stage="set_aside", reason="clean: MemoryError"))
    said = words_of(owner.get(f"{AT}/quality"))
    assert "(MemoryError) 1" in said and "Put them back to work" in said
    owner.post(f"{AT}/set-aside/put-back", headers=OURS)
    assert [row.stage for row in rows(record)] == ["clean"]
    editor = signed_in(owner, record, Role.editor, "blue-badge")
    assert editor.post(f"{AT}/set-aside/put-back", headers=OURS).status_code == 403


@pytest.mark.parametrize("by", ["receipt", "contact", "feedback"])
def test_what_is_held_about_a_person_is_handed_over_and_erased(
    owner: Client, record: Record, piece: dict[str, str], by: str
) -> None:
    named = {"receipt": piece["receipt"], "contact": "Ann@example.org", "feedback": piece["id"]}[by]
    told = owner.post(f"{AT}/person", data={"by": by, "value": named, "do": "tell"}, headers=OURS)
    assert SAID["message"] in told.text and "attachment" in told.headers["content-disposition"]
    page = owner.post(f"{AT}/person", data={"by": by, "value": named, "do": "erase"}, headers=OURS)
    assert "Erased: 1." in words_of(page)
    assert [row.stage for row in rows(record)] == ["withdrawn"]
    with record.transaction() as session:
        acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert acts == ["subject access", "erase"]


@pytest.mark.parametrize(
    ("by", "value"),
    [
        ("receipt", "0000-0000-0000-0000"),
        ("contact", "bob@example.org"),
        ("feedback", "00000000-0000-7000-8000-000000000000"),
        ("feedback", "x"),
        ("receipt", ""),
        ("name", "Ann"),
    ],
)
def test_what_finds_nothing_says_so(owner: Client, piece: dict[str, str], by: str, value: str) -> None:
    for do in ("tell", "erase"):
        page = owner.post(f"{AT}/person", data={"by": by, "value": value, "do": do}, headers=OURS)
        assert (page.status_code, "Nothing is held under this" in page.text) == (400, True)


def test_only_owners_ask_about_a_person(client: Client, record: Record, piece: dict[str, str]) -> None:
    editor = signed_in(client, record, Role.editor, "blue-badge")
    assert editor.get(f"{AT}/person").status_code == 403
    data = {"by": "receipt", "value": piece["receipt"], "do": "erase"}
    assert editor.post(f"{AT}/person", data=data, headers=OURS).status_code == 403


def test_where_it_takes_two_one_owner_asks_to_erase_and_another_approves(
    client: Client, record: Record, piece: dict[str, str]
) -> None:
    with record.transaction() as session:
        services.set_properties(access.service(session, "blue-badge"), {"four_eyes": True})
    data = {"by": "receipt", "value": piece["receipt"], "do": "erase"}
    keyed = signed_in(client, record, Role.owner, "blue-badge")
    assert keyed.post(f"{AT}/person", data=data, headers=OURS).status_code == 403
    page = person_signed_in(client, record, "Ann").post(f"{AT}/person", data=data, headers=OURS)
    assert "waits for another owner" in words_of(page) and [row.stage for row in rows(record)] == ["clean"]
    [path] = re.findall(r'action="([^"]+/erasures/\d+)"', page.text)
    assert "Take back" in words_of(page) and 'value="approve"' not in page.text
    assert client.post(path, data={"do": "approve"}, headers=OURS).status_code == 403
    page = person_signed_in(client, record, "Bob").post(path, data={"do": "approve"}, headers=OURS)
    assert "Erased: 1." in words_of(page) and piece["id"] in page.text
    assert [row.stage for row in rows(record)] == ["withdrawn"]
    with record.transaction() as session:
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(it.act, it.by) for it in entries if it.act.startswith("eras")] == [
        ("erasure asked for", "person:1"),
        ("erasure approved", "person:2"),
        ("erase", "person:2"),
    ]
    assert client.post(path, data={"do": "approve"}, headers=OURS).status_code == 404


def test_a_request_to_erase_is_taken_back_and_reached_by_owners_of_the_service_alone(
    client: Client, record: Record, piece: dict[str, str]
) -> None:
    with record.transaction() as session:
        services.set_properties(access.service(session, "blue-badge"), {"four_eyes": True})
    ann = person_signed_in(client, record, "Ann")
    answer = ann.post("/v1/services/blue-badge/erasures", json={"feedback": piece["id"]}, headers=OURS)
    assert answer.json() == {"erased": [], "waits": True}
    [path] = re.findall(r'action="([^"]+/erasures/\d+)"', ann.get(f"{AT}/person").text)
    assert person_signed_in(client, record, "Eve", Role.editor).post(path, data={}, headers=OURS).status_code == 403
    assert "Waits to be approved" not in words_of(
        person_signed_in(client, record, "Ann").post(path, data={}, headers=OURS)
    )
    assert [row.stage for row in rows(record)] == ["clean"]
