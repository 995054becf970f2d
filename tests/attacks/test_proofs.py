"""Forged, broken, old and repeated proofs at every door that takes one; and ids of others."""

import base64
import datetime as dt
import json
import random
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from standardwebhooks import Webhook, WebhookVerificationError
from twilio.request_validator import RequestValidator
from vonage import Auth

from feedback.record import access, services
from feedback.record.db import Record
from insights.alerts.delivery.webhook import signed_headers
from tests.attacks.counting import stored
from tests.insights import made_up

Client = TestClient[Litestar]
Headers = dict[str, str]

TWILIO, NOTIFY, VONAGE = (f"/v1/channels/sms/{name}" for name in ("twilio", "notify", "vonage"))
UNSECURED = ".".join(
    base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
    for part in ({"alg": "none", "typ": "JWT"}, {"sub": "admin", "role": "admin"})
)
"""A token of JSON Web Tokens (RFC 7519) that asks to be believed without a signature."""
NO_PROOFS = [
    "",
    " ",
    "a",
    "====",
    "!!!not base64!!!",
    "nan",
    "NaN",
    "null",
    "0",
    "é",
    base64.b64encode(bytes(20)).decode(),
    "A" * 10_000,
    UNSECURED + ".",
]


def text_form(sid: str = "SM1", words: str = "The lift is broken again") -> dict[str, str]:
    return {"MessageSid": sid, "From": "+447700900123", "To": "+447700900001", "Body": words, "NumMedia": "0"}


def twilio_signature(client: Client, form: dict[str, str]) -> str:
    return str(RequestValidator("secret").compute_signature(f"{client.base_url}{TWILIO}", form))


def vonage_form(**change: str) -> dict[str, str]:
    return {
        "msisdn": "447700900123",
        "to": "447700900001",
        "messageId": "0A1",
        "text": "The lift fails",
        "timestamp": "1735732800",
    } | change


@pytest.mark.parametrize("proof", NO_PROOFS)
def test_what_is_no_signature_opens_no_door(proof: str, signed_doors: Client, record: Record) -> None:
    sent = proof.encode("utf-8")
    answers = [
        signed_doors.post(TWILIO, data=text_form(), headers={b"X-Twilio-Signature": sent}),
        signed_doors.post(NOTIFY, json={"id": "1", "message": "x"}, headers={b"Authorization": b"Bearer " + sent}),
        signed_doors.post(VONAGE, data=vonage_form(sig=proof)),
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert stored(record) == 0


@pytest.mark.parametrize("token", NO_PROOFS)
def test_what_is_no_key_opens_nothing(token: str, client: Client, blue_badge: str) -> None:
    sent: dict[bytes, bytes] = {b"Authorization": b"Bearer " + token.encode()}
    assert client.get(f"/v1/services/{blue_badge}/issues", headers=sent).status_code == 401
    assert client.post("/v1/channels/email?service=blue-badge", content=b"x", headers=sent).status_code == 401
    assert client.get(f"/sign-in/{token or '-'}").status_code in (401, 403, 404)


SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_webhook_of_ours_that_is_played_again_later_is_refused_by_its_receiver(seconds: int) -> None:
    body = b'{"type": "signal.new"}'
    now = dt.datetime.now(dt.UTC)
    Webhook(SECRET).verify(body, signed_headers([SECRET], "msg_1", now, body))
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, signed_headers([SECRET], "msg_1", now + dt.timedelta(seconds=seconds), body))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-timestamp", "nan"),
        ("webhook-timestamp", ""),
        ("webhook-signature", ""),
        ("webhook-signature", "v1,"),
        ("webhook-signature", "v1,AAAA"),
        ("webhook-id", "msg_2"),
    ],
)
def test_a_webhook_that_was_changed_on_its_way_is_refused_by_its_receiver(name: str, value: str) -> None:
    body = b'{"type": "signal.new"}'
    headers = signed_headers([SECRET], "msg_1", dt.datetime.now(dt.UTC), body) | {name: value}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, headers)


def test_texts_that_come_ten_times_each_and_out_of_order_are_stored_once_each(
    signed_doors: Client, record: Record
) -> None:
    deliveries = [text_form(f"SM{number}", f"The lift fails, floor {number}") for number in range(5)] * 10
    random.Random(7).shuffle(deliveries)

    def deliver(form: dict[str, str]) -> int:
        signed = {"X-Twilio-Signature": twilio_signature(signed_doors, form)}
        return signed_doors.post(TWILIO, data=form, headers=signed).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(deliver, deliveries)) == {200}
    assert stored(record) == 5


def test_a_proof_that_is_played_again_enters_nothing_twice_and_vouches_for_nothing_else(
    signed_doors: Client, record: Record
) -> None:
    proof = {"X-Twilio-Signature": twilio_signature(signed_doors, text_form())}
    for _ in range(3):
        assert signed_doors.post(TWILIO, data=text_form(), headers=proof).status_code == 200
    assert signed_doors.post(TWILIO, data=text_form("SM2"), headers=proof).status_code == 401
    signed = vonage_form(sig=Auth("k", signature_secret="secret", signature_method="sha256").sign_params(vonage_form()))
    for _ in range(3):
        assert signed_doors.post(VONAGE, data=signed).status_code == 200
    assert signed_doors.post(VONAGE, data=signed | {"text": "Something else"}).status_code == 401
    assert stored(record) == 2


def test_one_key_that_is_in_flight_many_times_at_once_is_one_piece_with_one_receipt(
    client: Client, record: Record, blue_badge: str
) -> None:
    def send(_: int) -> tuple[int, str]:
        answer = client.post(
            f"/v1/services/{blue_badge}/feedback",
            json={"message": "The lift is broken again"},
            headers={"Idempotency-Key": "key-of-one-citizen-1"},
        )
        return answer.status_code, answer.text

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(16)))
    assert len(answers) == 1 and answers.pop()[0] == 202
    assert stored(record) == 1


def foreign_addresses(record: Record) -> list[tuple[str, str]]:
    """Addresses of what another service holds, and of what nobody holds."""
    with record.transaction() as session:
        services.add(session, "parks", "Parks")
        issue = made_up.issue(session, "parks")
        piece = made_up.report(session, issue, "The swings are broken")
        found = [str(issue.id), str(piece.id)]
    ids = [*found, str(uuid.uuid4())]
    return [("GET", f"/v1/issues/{one}{end}") for one in ids for end in ("", "/trend", "/statements", "/evidence")] + [
        *(("PATCH", f"/v1/issues/{one}") for one in ids),
        *(("GET", f"/v1/feedback/{one}/held") for one in ids),
        *(("GET", f"/dashboard/{kind}/{one}") for kind in ("issues", "feedback", "themes") for one in ids),
        *(
            ("GET", f"/v1/services/parks{end}")
            for end in ("/issues", "/feedback", "/export.csv", "/summary", "/quality")
        ),
    ]


def test_ids_of_another_service_are_not_found(client: Client, record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        key = access.create(session, "key", access.Role.owner, access.service(session, blue_badge))
        link = access.create(
            session, "link", access.Role.owner, access.service(session, blue_badge), lifetime=dt.timedelta(hours=1)
        )
    ours = {"Authorization": f"Bearer {key}"}
    client.get(f"/sign-in/{link}")
    for method, path in foreign_addresses(record):
        headers = {} if path.startswith("/dashboard") else ours
        body = {"title": "Mine now"} if method == "PATCH" else None
        answer = client.request(method, path, headers=headers, json=body)
        assert answer.status_code == 404, (method, path)
        assert "swings" not in answer.text
