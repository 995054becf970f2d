"""The same four ends on every channel: malformed, not authentic, not for us (and counted), not supported."""

from collections.abc import Iterator

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select

from feedback.record import access, services
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Feedback
from ingest.channels import CHANNELS
from ingest.channels.contract import KeyedChannel, SignedChannel
from ingest.channels.requests import IGNORED
from tests.conftest import RealServers
from tests.ingest.channels.test_contract import expectations, folder, with_suppliers
from tests.serving import client_of

Client = TestClient[Litestar]

VOUCHED = [name for name, channel in CHANNELS.items() if isinstance(channel, KeyedChannel)]
PROVED = [name for name, channel in CHANNELS.items() if isinstance(channel, SignedChannel)]
NUMBER, ADDRESS = "447700900999", "feedback@council.example"


@pytest.fixture
def client(record: Record, servers: RealServers, blue_badge: str) -> Iterator[Client]:
    settings = with_suppliers(servers.data)
    with record.transaction() as session:
        found = access.service(session, blue_badge)
        services.set_properties(found, {"sms_numbers": [NUMBER], "mail_addresses": [ADDRESS]})
    with client_of(settings, servers) as client:
        yield client


def first(name: str, key: str, value: str | None = None) -> str:
    """The first recorded payload of a channel that ends so."""
    return next(file for file, end in expectations(name).items() if key in end and value in (None, end[key]))


def send(client: Client, name: str, file: str, headers: dict[str, str], **change: str) -> Response:
    path = "/open311/v2/requests.json" if name == "open311" else f"/v1/channels/{name}"
    query = {"service": "blue-badge"} if name in VOUCHED else {}
    own = expectations(name)[file].get("request", {}).get("headers", {})
    body = (folder(name) / file).read_bytes()
    answer: Response = client.post(path, params=query, content=body, headers={**own, **headers, **change})
    return answer


def count(record: Record) -> int:
    with record.transaction() as session:
        return session.scalar(select(func.count()).select_from(Feedback)) or 0


def ignored(name: str, reason: str) -> float:
    return float(IGNORED.labels(name, reason)._value.get())


@pytest.mark.parametrize("name", CHANNELS)
def test_what_is_for_us_is_stored_once(client: Client, record: Record, admin: dict[str, str], name: str) -> None:
    headers = admin if name in VOUCHED else {}
    for _ in range(1 if name in ("open311", *without_identity()) else 2):
        assert send(client, name, first(name, "message"), headers).is_success
    assert count(record) == 1


def without_identity() -> set[str]:
    """Channels whose first payload has no id of its own: `?id=` gives one."""
    return {name for name in VOUCHED if "id" not in expectations(name)[first(name, "message")]}


@pytest.mark.parametrize("name", CHANNELS)
def test_what_cannot_be_read_is_malformed(client: Client, record: Record, admin: dict[str, str], name: str) -> None:
    headers = admin if name in VOUCHED else {}
    assert send(client, name, first(name, "error", "Malformed"), headers).status_code == 400
    assert count(record) == 0


@pytest.mark.parametrize("name", PROVED)
def test_what_a_provider_did_not_send_is_not_authentic(client: Client, record: Record, name: str) -> None:
    assert send(client, name, first(name, "error", "NotAuthentic"), {}).status_code == 401
    assert count(record) == 0


@pytest.mark.parametrize("name", VOUCHED)
def test_what_nobody_vouches_for_is_not_authentic(client: Client, record: Record, name: str) -> None:
    for headers in ({}, {"Authorization": "Bearer fb_unknown"}):
        assert send(client, name, first(name, "message"), headers).status_code == 401
    assert count(record) == 0


@pytest.mark.parametrize("name", VOUCHED)
def test_a_key_of_another_service_finds_nothing_and_a_reader_may_not(client: Client, record: Record, name: str) -> None:
    with record.transaction() as session:
        parks = services.add(session, "parks", "Parks")
        other = access.create(session, "key", Role.editor, parks)
        reader = access.create(session, "key", Role.reader, access.service(session, "blue-badge"))
    for key, status in ((other, 404), (reader, 403)):
        headers = {"Authorization": f"Bearer {key}"}
        assert send(client, name, first(name, "message"), headers).status_code == status
    assert count(record) == 0


@pytest.mark.parametrize("name", [*VOUCHED, *PROVED])
def test_what_is_not_for_us_is_accepted_ignored_and_counted(
    client: Client, record: Record, admin: dict[str, str], name: str
) -> None:
    file = first(name, "ignored")
    reason = expectations(name)[file]["ignored"]
    before = ignored(name, reason)
    assert send(client, name, file, admin if name in VOUCHED else {}).is_success
    assert ignored(name, reason) == before + 1
    assert count(record) == 0


@pytest.mark.parametrize("name", sorted(set(CHANNELS) - {"sms/notify"}))
def test_another_kind_is_not_supported_and_told_what_is(
    client: Client, record: Record, admin: dict[str, str], name: str
) -> None:
    headers = admin if name in VOUCHED else {}
    answer = send(client, name, first(name, "message"), headers, **{"content-type": "image/png"})
    assert answer.status_code == 415
    assert "Send it as" in answer.text
    for file, end in expectations(name).items():
        if end.get("error") == "NotSupported":
            assert send(client, name, file, headers).status_code == 422


def test_the_recipient_of_a_mail_tells_the_service_and_the_key_must_be_of_it(client: Client, record: Record) -> None:
    with record.transaction() as session:
        ours = access.create(session, "key", Role.editor, access.service(session, "blue-badge"))
        other = access.create(session, "key", Role.editor, services.add(session, "parks", "Parks"))
    mail = f"From: a@b.example\nTo: {ADDRESS}\nSubject: Late\nMessage-ID: <1@b>\n\nThe badge is late.\n"
    for key, status in ((other, 404), (ours, 202)):
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "message/rfc822"}
        assert client.post("/v1/channels/email", content=mail, headers=headers).status_code == status
    assert count(record) == 1
