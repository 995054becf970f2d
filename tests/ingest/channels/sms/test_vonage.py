"""Text messages through Vonage."""

import dataclasses
import hashlib
import itertools
import json
from typing import Literal
from urllib.parse import urlencode

import pytest
from vonage import Auth

from feedback.record.errors import Malformed, NotAuthentic, WrongMediaType
from feedback.record.settings import Settings
from ingest.channels import signed
from ingest.channels.contract import Directory, Fragment, Inbound, Secrets
from ingest.channels.sms import vonage
from ingest.channels.sms.message import joined

URL = "https://feedback.example.org/v1/channels/sms/vonage"
FORM = {"content-type": "application/x-www-form-urlencoded"}
MESSAGE = {
    "msisdn": "447700900123",
    "to": "447700900999",
    "messageId": "0A0000000123ABCD1",
    "text": "Wait & wait = 3 hours 😡 ŵ",
    "type": "unicode",
    "keyword": "WAIT",
    "api-key": "abcd1234",
    "message-timestamp": "2025-01-01 12:00:00",
    "timestamp": "1735732800",
    "nonce": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
}
Method = Literal["md5", "sha1", "sha256", "sha512"]


def with_signature(fields: dict[str, str], method: Method = "sha256") -> dict[str, str]:
    auth = Auth(api_key="abcd1234", signature_secret="vonage-secret", signature_method=method)
    return {**fields, "sig": auth.sign_params(dict(fields))}


def posted(fields: dict[str, str]) -> Inbound:
    return Inbound(URL, urlencode(fields).encode(), "vonage", headers=FORM)


def part(number: int, total: int, text: str, **change: str) -> dict[str, str]:
    numbers = {"concat": "true", "concat-ref": "7", "concat-part": str(number), "concat-total": str(total)}
    return {**MESSAGE, **numbers, "messageId": f"0A{number}", "text": text, **change}


@pytest.mark.parametrize("method", ["md5", "sha1", "sha256", "sha512"])
def test_a_message_signed_by_the_providers_own_kit_is_taken(
    method: Method, directory: Directory, secrets: Secrets
) -> None:
    parsed = vonage.read(posted(with_signature(MESSAGE, method)), secrets, directory)
    (arrival,) = parsed.arrivals
    assert arrival.message == MESSAGE["text"]
    assert (arrival.service, arrival.external_id) == ("blue-badge", MESSAGE["messageId"])
    assert str(arrival.submitted_at) == "2025-01-01 12:00:00+00:00"
    assert MESSAGE["msisdn"] not in repr(arrival)


def test_get_and_json_say_the_same(directory: Directory, secrets: Secrets) -> None:
    fields = with_signature(MESSAGE)
    got = Inbound(URL, b"", "vonage", method="GET", query=(("service", "parks"), *fields.items()), service="parks")
    assert vonage.read(got, secrets, directory).arrivals[0].message == MESSAGE["text"]
    sent = Inbound(URL, json.dumps(fields).encode(), "vonage", headers={"content-type": "application/json"})
    assert vonage.read(sent, secrets, directory).arrivals[0].message == MESSAGE["text"]


def test_what_we_put_into_the_address_is_not_signed_and_filters(directory: Directory, secrets: Secrets) -> None:
    query = (*with_signature(MESSAGE).items(), ("service", "parks"), ("office", "North"))
    sent = Inbound(URL, b"", "vonage", method="GET", query=query, service="parks")
    (arrival,) = vonage.read(sent, secrets, directory).arrivals
    assert (arrival.service, arrival.attributes) == ("parks", {"office": "North"})


def test_the_plain_md5_hash_and_capitals_are_taken(directory: Directory, secrets: Secrets) -> None:
    line = "".join(f"&{name}={MESSAGE[name].replace('&', '_').replace('=', '_')}" for name in sorted(MESSAGE))
    signature = hashlib.md5(f"{line}vonage-secret".encode()).hexdigest().upper()
    assert vonage.read(posted({**MESSAGE, "sig": signature}), secrets, directory).arrivals


def test_the_documented_vector_is_authentic(directory: Directory) -> None:
    fields = {
        "param1": "value1",
        "param2": "value2",
        "timestamp": "1234567890",
        "sig": "280c4320703dbc98bfa22db676655ed2acfbfe8792b062ff7622e67f1183c287",
    }
    with pytest.raises(Malformed, match="msisdn"):  # authentic, but no message
        vonage.read(posted(fields), Secrets(vonage_secret="signature_secret"), directory)


def test_one_changed_byte_anywhere_is_refused(directory: Directory, secrets: Secrets) -> None:
    good = posted(with_signature(MESSAGE))
    for place in range(len(good.body)):
        body = bytearray(good.body)
        body[place] ^= 1
        with pytest.raises(NotAuthentic):
            vonage.read(dataclasses.replace(good, body=bytes(body)), secrets, directory)


def test_a_pinned_method_takes_no_other(directory: Directory, secrets: Secrets) -> None:
    pinned = dataclasses.replace(secrets, vonage_method="sha512")
    assert vonage.read(posted(with_signature(MESSAGE, "sha512")), pinned, directory).arrivals
    with pytest.raises(NotAuthentic):
        vonage.read(posted(with_signature(MESSAGE, "md5")), pinned, directory)


@pytest.mark.parametrize("fields", [MESSAGE, {**MESSAGE, "sig": ""}, {**MESSAGE, "sig": "é"}, {}])
def test_an_unsigned_message_is_refused(fields: dict[str, str], directory: Directory, secrets: Secrets) -> None:
    with pytest.raises(NotAuthentic):
        vonage.read(posted(fields), secrets, directory)


def test_a_parameter_that_comes_twice_is_malformed(directory: Directory, secrets: Secrets) -> None:
    good = posted(with_signature(MESSAGE))
    with pytest.raises(Malformed):
        vonage.read(dataclasses.replace(good, body=good.body + b"&text=other"), secrets, directory)


def test_another_content_type_is_refused(directory: Directory, secrets: Secrets) -> None:
    wrong = dataclasses.replace(posted(with_signature(MESSAGE)), headers={"content-type": "text/csv"})
    with pytest.raises(WrongMediaType):
        vonage.read(wrong, secrets, directory)


def fragments(texts: list[str], directory: Directory, secrets: Secrets) -> list[Fragment]:
    sent = [posted(with_signature(part(at, len(texts), text))) for at, text in enumerate(texts, 1)]
    found = [vonage.read(inbound, secrets, directory).fragment for inbound in sent]
    return [fragment for fragment in found if fragment]


def test_parts_in_any_order_become_one_message(directory: Directory, secrets: Secrets) -> None:
    parts = fragments(["PARKS the sw", "ings are go", "ne"], directory, secrets)
    for order in itertools.permutations(parts):
        (arrival,) = joined([*order, order[0]], directory).arrivals
        assert (arrival.message, arrival.service, arrival.external_id) == ("PARKS the swings are gone", "parks", "0A1")


def test_a_message_in_parts_keeps_what_its_address_says(directory: Directory, secrets: Secrets) -> None:
    def came(number: int) -> Fragment | None:
        query = (*with_signature(part(number, 2, "words ")).items(), ("office", "North"))
        return vonage.read(Inbound(URL, b"", "vonage", method="GET", query=query), secrets, directory).fragment

    (arrival,) = joined([one for one in (came(1), came(2)) if one], directory).arrivals
    assert (arrival.message, arrival.attributes) == ("words words ", {"office": "North"})


def test_what_came_is_kept_when_the_rest_does_not(directory: Directory, secrets: Secrets) -> None:
    parts = fragments(["one ", "two ", "three ", "four"], directory, secrets)
    assert joined(parts[:2], directory).arrivals[0].message == "one two  […]"
    assert joined([parts[0], parts[3]], directory).arrivals[0].message == "one  […] four"
    assert joined([parts[1]], directory).arrivals[0].message == " […] two  […]"


@pytest.mark.parametrize(
    "change",
    [{"concat-part": "3"}, {"concat-part": "0"}, {"concat-total": "x"}, {"concat-total": "9" * 5_000}, {"concat": ""}],
)
def test_parts_that_make_no_sense_are_whole_messages(
    change: dict[str, str], directory: Directory, secrets: Secrets
) -> None:
    fields = part(1, 2, "words", **change)
    if change == {"concat-total": "9" * 5_000}:
        fields["concat-part"] = "1"
    assert vonage.read(posted(with_signature(fields)), secrets, directory).arrivals


def test_stop_is_no_feedback(directory: Directory, secrets: Secrets) -> None:
    parsed = vonage.read(posted(with_signature({**MESSAGE, "text": "STOP"})), secrets, directory)
    assert (parsed.keyword, parsed.arrivals) == ("stop", ())


def test_what_is_set_about_a_provider_reaches_its_channel_by_its_name() -> None:
    given = Settings(vonage_secret="one", vonage_method="sha512", twilio_auth_token="two")
    assert signed._secrets(given) == Secrets(vonage_secret="one", vonage_method="sha512", twilio_auth_token="two")
