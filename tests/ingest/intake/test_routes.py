"""Feedback over HTTP: stored once, refused clearly."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select

from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.models import Contact, Feedback, Raw

Client = TestClient[Litestar]

PATH = "/v1/services/blue-badge/feedback"


def count(record: Record, model: Any = Feedback) -> int:
    with record.transaction() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_an_accepted_piece_is_stored_when_the_answer_comes(client: Client, record: Record, blue_badge: str) -> None:
    answer = client.post(PATH, json={"message": "The page logs me out"})
    assert answer.status_code == 202
    assert set(answer.json()) == {"id", "receipt"}
    assert count(record) == 1


@pytest.mark.parametrize(("said", "in_bulk"), [("%Y-%m-%d", True), ("%Y-%m-%dT%H:%M:%SZ", False)])
def test_what_bears_a_date_and_no_time_counts_as_entered_in_bulk(
    client: Client, record: Record, blue_badge: str, said: str, in_bulk: bool
) -> None:
    client.post(PATH, json={"message": "Late again", "submitted_at": f"{dt.datetime.now(dt.UTC):{said}}"})
    with record.transaction() as session:
        assert (session.scalars(select(Feedback.batch)).one() is not None) == in_bulk


def test_what_was_said_is_nowhere_in_clear_before_it_is_redacted(
    client: Client, record: Record, blue_badge: str
) -> None:
    client.post(
        PATH, json={"message": "canary-seventeen", "contact": "canary@example.org", "attributes": {"w": "canary"}}
    )
    with record.transaction() as session:
        stored_as = select(Feedback, Raw, Contact).join(Raw, Raw.feedback_id == Feedback.id).join(Contact)
        rows = session.execute(stored_as).one()
        assert b"canary" not in rows.Raw.sealed
        assert b"canary" not in rows.Contact.sealed
        stored = {column.name: getattr(rows.Feedback, column.key) for column in Feedback.__table__.columns}
        assert "canary" not in repr(stored)


def test_the_same_idempotency_key_gives_the_same_answer(client: Client, record: Record, blue_badge: str) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = client.post(PATH, json={"message": "Twice"}, headers=headers)
    again = client.post(PATH, json={"message": "Twice"}, headers=headers)
    assert again.status_code == 202
    assert first.json() == again.json()
    assert count(record) == 1


def test_another_body_under_the_same_key_is_refused(client: Client, record: Record, blue_badge: str) -> None:
    headers = {"Idempotency-Key": "k1"}
    client.post(PATH, json={"message": "One"}, headers=headers)
    assert client.post(PATH, json={"message": "Two"}, headers=headers).status_code == 422
    assert client.post(PATH, json={"message": "One", "rating": 2}, headers=headers).status_code == 422
    assert count(record) == 1


def test_an_external_id_takes_a_key_and_is_unique_for_it(
    client: Client, record: Record, blue_badge: str, admin: dict[str, str]
) -> None:
    body = {"message": "From the CRM", "external_id": "17"}
    assert client.post(PATH, json=body).status_code == 400
    first = client.post(PATH, json=body, headers=admin)
    assert client.post(PATH, json=body, headers=admin).json() == first.json()
    assert client.post(PATH, json={**body, "message": "Another"}, headers=admin).status_code == 422
    with record.transaction() as session:
        other = {"Authorization": f"Bearer {access.create(session, 'key', access.Role.admin, None)}"}
        services.add(session, "parking", "Parking")
    assert client.post(PATH, json=body, headers=other).json()["id"] != first.json()["id"]
    elsewhere = PATH.replace("blue-badge", "parking")
    there = client.post(elsewhere, json={**body, "message": "Of another service"}, headers=admin)
    assert there.status_code == 202 and there.json()["id"] != first.json()["id"]
    assert client.post(PATH, json=body, headers=admin).json() == first.json()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"message": ""}', 400),
        (b'{"message": " \\n "}', 400),
        (b'{"message": "x", "colour": "red"}', 400),
        (b'{"message": 5}', 400),
        (b"{", 400),
        (b"[]", 400),
        (b"", 400),
        (b'{"message": "\xff"}', 400),
        (b'{"message": "' + b"a" * 5_001 + b'"}', 400),
        (b'{"message": "x", "submitted_at": "soon"}', 400),
        (b'{"message": "x", "rating": 6}', 400),
        (b'{"message": "' + b"a" * 70_000 + b'"}', 413),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_body_gets_a_problem_and_is_not_stored(
    client: Client, record: Record, blue_badge: str, body: bytes, status: int
) -> None:
    answer = client.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["status"] == status
    assert count(record) == 0


def test_five_thousand_characters_are_taken(client: Client, blue_badge: str) -> None:
    assert client.post(PATH, json={"message": "ŵ" * 5_000}).status_code == 202


def test_an_unknown_service_is_not_found(client: Client, record: Record) -> None:
    answer = client.post("/v1/services/nowhere/feedback", json={"message": "Hello"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert count(record) == 0


def test_a_receipt_says_where_it_is_however_it_is_typed(client: Client, blue_badge: str) -> None:
    receipt = client.post(PATH, json={"message": "Where is it?"}).json()["receipt"]
    for typed in (receipt, receipt.lower(), receipt.replace("-", ""), receipt.replace("0", "O").replace("1", "l")):
        found = client.get(f"/v1/receipts/{typed}").json()
        assert (found["state"], found["service"], found["channel"]) == ("received", "blue-badge", "web")
    assert client.get("/v1/receipts/AAAA-AAAA-AAAA-AAAA").status_code == 404


def test_taking_it_back_erases_what_was_said_and_contact(client: Client, record: Record, blue_badge: str) -> None:
    receipt = client.post(PATH, json={"message": "Forget it", "contact": "me@example.org"}).json()["receipt"]
    assert client.delete(f"/v1/receipts/{receipt}").status_code == 204
    assert client.delete(f"/v1/receipts/{receipt}").status_code == 204
    assert client.get(f"/v1/receipts/{receipt}").json()["state"] == "withdrawn"
    assert (count(record), count(record, Raw), count(record, Contact)) == (1, 0, 0)


def test_only_the_origins_of_a_service_may_post_from_a_browser(
    client: Client, blue_badge: str, admin: dict[str, str]
) -> None:
    client.patch("/v1/services/blue-badge", json={"origins": ["https://council.example.org"]}, headers=admin)
    for origin, allowed in (("https://council.example.org", True), ("https://other.example.org", False)):
        before = client.options(PATH, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
        posted = client.post(PATH, json={"message": "Hello"}, headers={"Origin": origin})
        for answer in (before, posted):
            assert (answer.headers.get("access-control-allow-origin") == origin) is allowed


def test_many_at_once_each_get_their_own_answer(client: Client, record: Record, blue_badge: str) -> None:
    answers = [client.post(PATH, json={"message": f"Piece {n}"}).json() for n in range(30)]
    assert len({answer["id"] for answer in answers}) == len({answer["receipt"] for answer in answers}) == 30
    assert count(record) == 30


def test_a_service_may_take_feedback_under_a_key_alone(
    client: Client, record: Record, blue_badge: str, admin: dict[str, str]
) -> None:
    with record.transaction() as session:
        services.set_properties(access.service(session, blue_badge), {"anyone_may_write": False})
    path, body = f"/v1/services/{blue_badge}/feedback", {"message": "Nobody answers"}
    assert client.post(path, json=body).status_code == 401
    assert client.post(path, json=body, headers=admin).status_code == 202


def test_the_same_key_of_another_client_leads_to_no_receipt_of_mine(
    client: Client, record: Record, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sent(address: str, agent: str = "one", message: str = "Word for word the same") -> dict[str, str]:
        monkeypatch.setattr("ingest.intake.dependencies.address_of", lambda _: address)
        headers = {"Idempotency-Key": "1", "User-Agent": agent}
        answer = client.post(PATH, json={"message": message}, headers=headers)
        assert answer.status_code == 202
        return dict(answer.json())

    mine = sent("192.0.2.1")
    assert sent("192.0.2.1") == mine
    others = [sent("192.0.2.2"), sent("192.0.2.1", "another"), sent("192.0.2.3", message="Other words")]
    assert len({found["receipt"] for found in (mine, *others)}) == 4
    assert sent("2001:db8:1:2::1") == sent("2001:db8:1:2::2")
    with record.transaction() as session:
        kept = session.scalars(select(Feedback.external_id)).all()
    assert not any("192.0.2" in (identity or "") for identity in kept)


@pytest.mark.parametrize("blank", ["", " "])
def test_an_empty_key_is_none(
    client: Client, record: Record, blue_badge: str, admin: dict[str, str], blank: str
) -> None:
    for headers in ({"Idempotency-Key": blank}, {"Idempotency-Key": blank, **admin}):
        for message in ("One", "Another"):
            assert client.post(PATH, json={"message": message}, headers=headers).status_code == 202
    assert count(record) == 4


NO_CONTACTS = [
    "call me",
    "12345",
    "999",
    "Sam <sam@example.org>",
    "sam@example.org, eve@example.org",
    "sam@example.org\r\nBcc: eve@example.org",
    "sam@example.org\n",
    "sam@@example.org",
    "sam@example",
    ".sam@example.org",
    "sam@exa mple.org",
    '"sam"@example.org',
    "sam@[127.0.0.1]",
    "x" * 65 + "@example.org",
    "07700 900123\r\nBcc: eve@example.org",
    "07700 900123 or 07700 900124",
]


@pytest.mark.parametrize("contact", NO_CONTACTS)
def test_what_is_no_contact_is_refused_by_name_and_not_quoted(
    client: Client, record: Record, blue_badge: str, contact: str
) -> None:
    answer = client.post(PATH, json={"message": "Hello", "contact": contact})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("contact: ") and contact not in answer.text
    assert count(record) == 0


@pytest.mark.parametrize(
    "contact",
    ["sam.o'neill+bins@mail.example.co.uk", "07700 900123", "+44 7700 900123", "(0117) 496 0123", "+33 1 23 45 67 89"],
)
def test_addresses_and_numbers_are_taken_as_people_write_them(client: Client, blue_badge: str, contact: str) -> None:
    assert client.post(PATH, json={"message": "Hello", "contact": contact}).status_code == 202


def chunks(size: int) -> Iterator[bytes]:
    """A body that announces no length."""
    yield from (b"x" * 1_000 for _ in range(size // 1_000))


ANONYMOUS = [
    PATH,
    "/services/blue-badge/feedback",
    "/receipts",
    "/open311/v2/requests.json",
    "/v1/channels/sms/twilio",
    "/v1/channels/sms/notify",
    "/v1/channels/sms/vonage",
]


@pytest.mark.parametrize("path", ANONYMOUS)
@pytest.mark.parametrize(
    "media", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
)
def test_a_body_that_nobody_vouches_for_is_cut_off_before_it_is_read(
    client: Client, blue_badge: str, path: str, media: str
) -> None:
    for content in (b"x" * 70_000, chunks(70_000)):
        assert client.post(path, content=content, headers={"Content-Type": media}).status_code in (413, 415)


def test_no_endpoint_parses_a_large_body_of_somebody_unknown(client: Client, app: Litestar) -> None:
    """Who sends a call, a mail or a spreadsheet shows who they are first; everywhere else a body is short."""
    headers = {"Content-Type": "application/json"}
    for route in app.routes:
        for method in getattr(route, "methods", set()) & {"POST", "PUT", "PATCH"}:
            path = re.sub(r"\{\w+:uuid\}", str(uuid.uuid4()), re.sub(r"\{\w+:int\}", "1", route.path))
            path = re.sub(r"\{\w+:str\}", "blue-badge", path)
            body = chunks(300_000)
            answer = client.request(method, path, content=body, headers=headers, follow_redirects=False)
            to_sign_in = answer.headers.get("location", "").startswith("/sign-in")
            assert 400 < answer.status_code < 500 or to_sign_in, (method, path)
