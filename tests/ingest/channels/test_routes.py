"""Every channel over HTTP: proved by the providers' own means, stored once."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select, update
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator

from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.models import Contact, Feedback, MessagePart
from feedback.record.privacy import contacts, raw
from feedback.record.settings import Settings
from ingest.channels.contract import Fragment
from ingest.channels.sms import reassembly
from ingest.intake.directory import ServiceDirectory
from tests.conftest import RealServers
from tests.serving import client_of

Client = TestClient[Litestar]


@pytest.fixture
def client(record: Record, servers: RealServers, blue_badge: str) -> Iterator[Client]:
    settings = Settings(data=servers.data, intake_rate=0, twilio_auth_token="secret", notify_token="token")
    with record.transaction() as session:
        found = access.service(session, blue_badge)
        services.set_properties(found, {"sms_numbers": ["+447700900001"], "acknowledge": True})
    with client_of(settings, servers) as client:
        yield client


def count(record: Record) -> int:
    with record.transaction() as session:
        return session.scalar(select(func.count()).select_from(Feedback)) or 0


def text_in(client: Client, body: str, sid: str = "SM1", sender: str = "+447700900123") -> tuple[int, str]:
    form = {"MessageSid": sid, "From": sender, "To": "+447700900001", "Body": body, "NumMedia": "0"}
    url = f"{client.base_url}/v1/channels/sms/twilio"
    signature = RequestValidator("secret").compute_signature(url, form)
    answer = client.post("/v1/channels/sms/twilio", data=form, headers={"X-Twilio-Signature": signature})
    return answer.status_code, answer.text


def test_a_text_signed_by_twilio_is_stored_once_and_answered_with_its_receipt(client: Client, record: Record) -> None:
    status, twiml = text_in(client, "Nobody answers at the office 😀")
    assert status == 200
    assert "Your receipt is" in twiml
    assert text_in(client, "Nobody answers at the office 😀") == (status, twiml)
    assert count(record) == 1


def test_a_text_in_welsh_is_kept_letter_for_letter_and_answered_in_welsh(client: Client, record: Record) -> None:
    for sid, said in enumerate(
        ("Dim ateb o'r swyddfa ŵ 😀", "Mae'r tŷ bach wedi cau: â ê î ô û ŵ ŷ ï Ŵ Ŷ Â £ € {}[]~^|")
    ):
        assert "Eich derbynneb yw" in text_in(client, said, f"SM{sid}")[1]
        assert stored(record)[sid] == said


def test_a_service_that_speaks_no_welsh_answers_in_english(client: Client, record: Record) -> None:
    with record.transaction() as session:
        found = access.service(session, "blue-badge")
        services.set_properties(found, {"languages": ["en"]})
    assert "Your receipt is" in text_in(client, "Dim ateb o'r swyddfa")[1]


def test_help_is_answered_in_the_language_it_was_asked_in(client: Client, record: Record) -> None:
    assert "Text us what went well" in text_in(client, "HELP")[1]
    assert "Tecstiwch beth aeth" in text_in(client, "Cymorth!")[1]
    assert text_in(client, "STOPIO")[1].endswith("<Response/>")
    assert count(record) == 0


def test_a_text_with_a_forged_signature_is_refused(client: Client, record: Record) -> None:
    form = {"MessageSid": "SM1", "From": "+447700900123", "To": "+447700900001", "Body": "Hello"}
    answer = client.post("/v1/channels/sms/twilio", data=form, headers={"X-Twilio-Signature": "AAAA"})
    assert answer.status_code == 401
    assert count(record) == 0


def test_stop_is_honoured_and_never_stored(client: Client, record: Record) -> None:
    client.post("/v1/services/blue-badge/feedback", json={"message": "Hi", "contact": "447700900123"})
    assert text_in(client, "STOP")[0] == 200
    with record.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0
    assert count(record) == 1


def contact_stages(record: Record) -> list[str]:
    with record.transaction() as session:
        return list(session.scalars(select(Contact.stage)))


def offer_follow_up(record: Record) -> None:
    with record.transaction() as session:
        services.set_properties(access.service(session, "blue-badge"), {"follow_up": True})


def test_who_texts_is_kept_only_where_they_say_yes_to_being_told(client: Client, record: Record) -> None:
    text_in(client, "The ramp is broken")
    assert contact_stages(record) == []
    offer_follow_up(record)
    assert "Reply YES" in text_in(client, "The lift is broken", "SM2")[1]
    assert contact_stages(record) == ["offered"]
    assert "We text you once" in text_in(client, "Yes", "SM3")[1]
    assert contact_stages(record) == ["kept"]
    assert count(record) == 2


def test_who_does_not_say_yes_within_a_day_is_forgotten(client: Client, record: Record) -> None:
    offer_follow_up(record)
    text_in(client, "The lift is broken")
    with record.transaction() as session:
        contacts.shred_expired(session)
        assert session.execute(update(Contact).values(due_at=func.now() - contacts.CONSENT_WITHIN)).rowcount == 1  # type: ignore[attr-defined]
    assert "<Response/>" in text_in(client, "YES", "SM2")[1]
    assert contact_stages(record) == ["offered"]
    with record.transaction() as session:
        contacts.shred_expired(session)
    assert contact_stages(record) == []


def test_a_yes_of_somebody_who_was_not_asked_is_nothing(client: Client, record: Record) -> None:
    offer_follow_up(record)
    text_in(client, "The lift is broken", sender="+447700900124")
    assert "<Response/>" in text_in(client, "Ydw", "SM2")[1]
    assert contact_stages(record) == ["offered"]


def test_a_number_is_the_same_however_it_is_written(client: Client, record: Record) -> None:
    client.post("/v1/services/blue-badge/feedback", json={"message": "Hi", "contact": "07700 900123"})
    assert contact_stages(record) == ["kept"]
    text_in(client, "STOP")
    assert contact_stages(record) == []


def notify(client: Client, identity: str = "1", to: str = "447700900001", token: str = "token") -> int:
    body = {
        "id": identity,
        "source_number": "447700900123",
        "destination_number": to,
        "message": "The bus never came",
        "date_received": "2026-05-14T12:15:30.000000Z",
    }
    headers = {"Authorization": f"Bearer {token}"}
    return client.post("/v1/channels/sms/notify", json=body, headers=headers).status_code


def test_what_notify_delivers_is_never_answered_with_a_loss(client: Client, record: Record) -> None:
    assert notify(client) < 300
    assert notify(client) < 300
    assert notify(client, "2", to="447700999999") < 300
    assert count(record) == 1
    assert notify(client, token="wrong") in (401, 403)


VTT = b"""WEBVTT

00:01.000 --> 00:04.000
<v Agent>Good morning, how can I help?</v>

00:05.000 --> 00:09.000
<v Caller>My renewal letter has no barcode on it, so the machine will not take it.</v>
"""


def test_a_transcript_takes_a_key_of_its_service(client: Client, record: Record, admin: dict[str, str]) -> None:
    path = "/v1/channels/calls/webvtt?service=blue-badge"
    headers = {"Content-Type": "text/vtt"}
    assert client.post(path, content=VTT, headers=headers).status_code == 401
    answer = client.post(path, content=VTT, headers={**headers, **admin})
    assert answer.status_code == 202
    assert client.get(f"/v1/receipts/{answer.json()['items'][0]['receipt']}").json()["channel"] == "call"
    broken = client.post(path, content=b"no signature", headers={**headers, **admin})
    assert broken.status_code == 400


def fragment(part: int, total: int = 2, ref: str = "7", sent: str = "") -> Fragment:
    words = {1: "The bins in our street were not emptied ", 2: "for the third week in a row"}
    identity = f"id-{part}{sent}"
    return Fragment(ref, part, total, words[part], "447700900123", "447700900001", identity, "sms/vonage")


def add(record: Record, *fragments: Fragment) -> None:
    for one in fragments:
        with record.transaction() as session:
            reassembly.add(session, record.keys, one, ServiceDirectory(session), dt.datetime.now(dt.UTC))


def stored(record: Record) -> list[str]:
    with record.transaction() as session:
        found = session.scalars(select(Feedback.id).order_by(Feedback.id)).all()
        contents = raw.read(session, record.keys, found)
    return [contents[identity]["message"] for identity in found]


WHOLE = "The bins in our street were not emptied for the third week in a row"


def test_parts_of_a_long_text_become_one_piece_in_whatever_order_they_come(client: Client, record: Record) -> None:
    add(record, fragment(2))
    with record.transaction() as session:
        assert b"third week" not in session.scalars(select(MessagePart)).one().sealed
    add(record, fragment(1))
    assert stored(record) == [WHOLE]


def test_a_part_that_is_delivered_again_changes_nothing_and_the_words_of_parts_are_forgotten(
    client: Client, record: Record
) -> None:
    add(record, fragment(2), fragment(2), fragment(1), fragment(2), fragment(1))
    later = dt.datetime.now(dt.UTC) + reassembly.GIVE_UP_AFTER * 2
    with record.transaction() as session:
        assert {part.sealed for part in session.scalars(select(MessagePart))} == {b""}
        assert reassembly.give_up_waiting(session, record.keys, later) == 0
    assert stored(record) == [WHOLE]
    with record.transaction() as session:
        reassembly.give_up_waiting(session, record.keys, later + reassembly.REMEMBER_PARTS_FOR)
        assert session.scalar(select(func.count()).select_from(MessagePart)) == 0


def test_a_reference_that_is_used_again_is_another_message(client: Client, record: Record) -> None:
    add(record, fragment(1), fragment(2), fragment(1, sent="b"), fragment(1, sent="c"), fragment(2, sent="c"))
    assert stored(record) == [WHOLE, "The bins in our street were not emptied  […]", WHOLE]


def test_parts_that_come_at_the_same_moment_become_one_piece(client: Client, record: Record) -> None:
    for sent in "abcdefgh":
        with ThreadPoolExecutor(2) as both:
            list(both.map(lambda one: add(record, one), [fragment(1, sent=sent), fragment(2, sent=sent)]))
    assert stored(record) == [WHOLE] * 8


def test_a_part_that_cannot_be_read_is_set_aside_alone_and_told_once(client: Client, record: Record) -> None:
    late = dt.datetime.now(dt.UTC) + reassembly.GIVE_UP_AFTER * 2
    add(record, fragment(1), fragment(2, ref="8"))
    with record.transaction() as session:
        broken = session.scalars(select(MessagePart).order_by(MessagePart.id)).first()
        assert broken is not None
        whole, broken.wrapped_key = broken.wrapped_key, b"of another key"
    with capture_logs() as told:
        for _ in range(3):
            with record.transaction() as session:
                reassembly.give_up_waiting(session, record.keys, late)
    assert [line["event"] for line in told if line["log_level"] == "error"] == ["part of a text set aside"]
    assert stored(record) == [" […] for the third week in a row"]
    with record.transaction() as session:
        session.get_one(MessagePart, broken.id).wrapped_key = whole
        assert reassembly.requeue(session) == 1
    with record.transaction() as session:
        reassembly.give_up_waiting(session, record.keys, late)
    assert stored(record)[1] == "The bins in our street were not emptied  […]"


def test_the_rest_of_a_text_is_taken_though_its_first_part_cannot_be_read(client: Client, record: Record) -> None:
    add(record, fragment(1))
    with record.transaction() as session:
        session.execute(update(MessagePart).values(sealed=b"not what was sealed"))
    add(record, fragment(2))
    assert stored(record) == [" […] for the third week in a row"]


def test_a_text_that_cannot_be_stored_is_told_once(
    client: Client, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reassembly, "joined", lambda *_: 1 / 0)
    add(record, fragment(1))
    with capture_logs() as told:
        for _ in range(3):
            with record.transaction() as session:
                late = dt.datetime.now(dt.UTC) + reassembly.GIVE_UP_AFTER * 2
                reassembly.give_up_waiting(session, record.keys, late)
    assert [line["job"] for line in told if line["log_level"] == "error"] == ["parts of a text"]


def test_what_came_of_a_long_text_is_stored_when_the_rest_does_not(client: Client, record: Record) -> None:
    now = dt.datetime.now(dt.UTC)
    add(record, fragment(1))
    with record.transaction() as session:
        assert reassembly.give_up_waiting(session, record.keys, now) == 0
        assert reassembly.give_up_waiting(session, record.keys, now + reassembly.GIVE_UP_AFTER * 2) == 1
    assert count(record) == 1
    add(record, fragment(1))
    assert count(record) == 1
