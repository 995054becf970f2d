"""Text messages through Twilio."""

import dataclasses
import hashlib
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from twilio.request_validator import RequestValidator

from feedback.record.errors import Malformed, NotAuthentic, WrongMediaType
from ingest.channels.contract import Directory, Inbound, Parsed, Secrets
from ingest.channels.sms import twilio

URL = "https://feedback.example.org/v1/channels/sms/twilio"
FORM = "application/x-www-form-urlencoded"
MESSAGE = {
    "MessageSid": "SM00000000000000000000000000000001",
    "AccountSid": "AC00000000000000000000000000000001",
    "From": "+447700900123",
    "To": "+447700900999",
    "Body": "The badge portal logs me out 😡 ŵ",
    "NumMedia": "0",
}


def signed(fields: dict[str, str], url: str = URL, token: str = "12345", algorithm: str = "HMAC_SHA1") -> Inbound:
    signature = RequestValidator(token).compute_signature(url, fields, algorithm)
    settings = {"x-twilio-webhooks-signature-settings": f"key=k1,algorithm={algorithm}"}
    headers = {"content-type": f"{FORM}; charset=UTF-8", "x-twilio-signature": signature}
    return Inbound(
        url, urlencode(fields).encode(), "twilio", headers=headers | (settings if algorithm != "HMAC_SHA1" else {})
    )


def the_words(parsed: Parsed) -> str:
    (arrival,) = parsed.arrivals
    return arrival.message


def test_a_message_signed_by_the_providers_own_kit_is_taken(directory: Directory, secrets: Secrets) -> None:
    parsed = twilio.read(signed(MESSAGE), secrets, directory)
    (arrival,) = parsed.arrivals
    assert arrival.message == MESSAGE["Body"]
    assert (arrival.service, arrival.channel, arrival.external_id) == ("blue-badge", "sms", MESSAGE["MessageSid"])
    assert parsed.sender == "447700900123"
    assert arrival.sender == "+447700900123" and arrival.contact is None
    assert "447700900123" not in repr(arrival)


def test_the_documented_vector_is_authentic(directory: Directory) -> None:
    body = b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    headers = {"content-type": FORM, "x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}
    with pytest.raises(Malformed, match="MessageSid"):  # authentic, but no message
        twilio.read(Inbound(url, body, "twilio", headers=headers), Secrets(twilio_auth_token="12345"), directory)


@pytest.mark.parametrize("signed_as", ["?office=North East&ward=Tŷ", "?office=North%20East&ward=T%C5%B7"])
@pytest.mark.parametrize("came_as", ["?office=North%20East&ward=T%C5%B7", "?office=North+East&ward=T%c5%b7"])
def test_a_signature_over_the_escaped_or_the_unescaped_address_is_taken(
    signed_as: str, came_as: str, directory: Directory, secrets: Secrets
) -> None:
    one = dataclasses.replace(signed(MESSAGE, URL + signed_as), url=URL + came_as)
    assert the_words(twilio.read(one, secrets, directory)) == MESSAGE["Body"]


def test_one_changed_byte_anywhere_is_refused(directory: Directory, secrets: Secrets) -> None:
    good = signed(MESSAGE)
    for place in range(len(good.body)):
        body = bytearray(good.body)
        body[place] ^= 1
        with pytest.raises(NotAuthentic):
            twilio.read(dataclasses.replace(good, body=bytes(body)), secrets, directory)


@pytest.mark.parametrize("signature", ["", "nonsense", "é", "RSOYDt4T1cUTdK1PDd93/VVr8B8="])
def test_another_signature_is_refused(signature: str, directory: Directory, secrets: Secrets) -> None:
    headers = {"content-type": FORM, "x-twilio-signature": signature}
    with pytest.raises(NotAuthentic):
        twilio.read(dataclasses.replace(signed(MESSAGE), headers=headers), secrets, directory)


@pytest.mark.parametrize(
    ("signed_url", "seen_url"),
    [
        ("https://feedback.example.org:443/sms", "https://feedback.example.org/sms"),
        ("https://feedback.example.org/sms", "https://feedback.example.org:443/sms"),
        ("https://feedback.example.org:8443/sms?service=a%20b", "https://feedback.example.org:8443/sms?service=a%20b"),
        ("https://feedback.example.org/sms", "https://feedback.example.org:8443/sms"),
        ("http://feedback.example.org:80/sms", "http://feedback.example.org/sms"),
    ],
)
def test_the_address_counts_with_and_without_its_port(
    signed_url: str, seen_url: str, directory: Directory, secrets: Secrets
) -> None:
    seen = dataclasses.replace(signed(MESSAGE, signed_url), url=seen_url)
    assert the_words(twilio.read(seen, secrets, directory)) == MESSAGE["Body"]


def test_behind_a_proxy_the_public_address_counts(directory: Directory, secrets: Secrets) -> None:
    seen = dataclasses.replace(signed(MESSAGE), url="http://10.0.0.7:8000/v1/channels/sms/twilio", public_url=URL)
    assert twilio.read(seen, secrets, directory).arrivals


def test_repeated_values_are_signed_once_each_and_sorted(directory: Directory, secrets: Secrets) -> None:
    class Repeated(dict[str, str]):
        def getlist(self, name: str) -> list[str]:
            return [value for key, value in pairs if key == name]

    pairs = [*MESSAGE.items(), ("Tag", "b"), ("Tag", "a"), ("Tag", "b")]
    signature = RequestValidator("12345").compute_signature(URL, Repeated(pairs))
    headers = {"content-type": FORM, "x-twilio-signature": signature}
    inbound = Inbound(URL, urlencode(pairs).encode(), "twilio", headers=headers)
    assert twilio.read(inbound, secrets, directory).arrivals


def test_the_newer_signature_under_a_shared_key_is_taken(directory: Directory, secrets: Secrets) -> None:
    assert twilio.read(signed(MESSAGE, algorithm="HMAC_SHA256"), secrets, directory).arrivals


def test_a_json_body_is_vouched_for_by_its_hash_in_the_address(directory: Directory, secrets: Secrets) -> None:
    body = b'{"MessageSid": "SM2", "From": "+447700900123", "To": "+447700900999", "Body": "No ramp"}'
    url = f"{URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = {
        "content-type": "application/json",
        "x-twilio-signature": RequestValidator("12345").compute_signature(url, {}),
    }
    inbound = Inbound(url, body, "twilio", headers=headers)
    assert the_words(twilio.read(inbound, secrets, directory)) == "No ramp"
    with pytest.raises(NotAuthentic):
        twilio.read(dataclasses.replace(inbound, body=body.replace(b"No", b"A ")), secrets, directory)
    bare = {**headers, "x-twilio-signature": RequestValidator("12345").compute_signature(URL, {})}
    with pytest.raises(NotAuthentic):
        twilio.read(dataclasses.replace(inbound, url=URL, headers=bare), secrets, directory)


def test_without_a_token_the_channel_is_off(directory: Directory) -> None:
    for off in (Secrets(), Secrets(twilio_auth_token="")):
        with pytest.raises(NotAuthentic, match="switched off"):
            twilio.read(signed(MESSAGE, token=""), off, directory)


def test_another_content_type_is_refused_and_told(directory: Directory, secrets: Secrets) -> None:
    with pytest.raises(WrongMediaType, match=FORM):
        twilio.read(dataclasses.replace(signed(MESSAGE), headers={"content-type": "text/xml"}), secrets, directory)


def test_a_keyword_or_the_address_tells_the_service(directory: Directory, secrets: Secrets) -> None:
    by_keyword = twilio.read(signed({**MESSAGE, "Body": "PARKS the swings are gone"}), secrets, directory)
    assert by_keyword.arrivals[0].service == "parks"
    by_address = dataclasses.replace(signed({**MESSAGE, "To": "+447700900000"}), service="libraries")
    assert twilio.read(by_address, secrets, directory).arrivals[0].service == "libraries"


def test_the_address_tells_what_to_filter_by(directory: Directory, secrets: Secrets) -> None:
    sent = signed(MESSAGE, f"{URL}?office=North")
    (arrival,) = twilio.read(dataclasses.replace(sent, query=(("office", "North"),)), secrets, directory).arrivals
    assert arrival.attributes == {"office": "North"}


def test_a_number_of_nobody_is_ignored(directory: Directory, secrets: Secrets) -> None:
    parsed = twilio.read(signed({**MESSAGE, "To": "+447700900000"}), secrets, directory)
    assert (parsed.arrivals, parsed.ignored) == ((), "no service has this number")


def test_a_picture_without_words_is_ignored(directory: Directory, secrets: Secrets) -> None:
    assert twilio.read(signed({**MESSAGE, "Body": " ", "NumMedia": "1"}), secrets, directory).ignored == "no words"


def test_whatsapp_numbers_are_numbers(directory: Directory, secrets: Secrets) -> None:
    fields = {**MESSAGE, "From": "whatsapp:+447700900123", "To": "whatsapp:+447700900999"}
    assert twilio.read(signed(fields), secrets, directory).arrivals[0].service == "blue-badge"


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("STOP", "stop"),
        (" Stop. ", "stop"),
        ("stopio", "stop"),
        ("Help!", "help"),
        ("CYMORTH", "help"),
        ("Helpu", "help"),
        ("start", "start"),
        *[
            (word, "stop")
            for word in ("STOPALL", "stop all", "Unsubscribe", "CANCEL", "End", "quit", "OPTOUT", "opt-out")
        ],
        *[
            (word, "stop")
            for word in ("REVOKE", "stop please", "Please STOP.", "stop, thank you", "please stop texting me")
        ],
        *[
            (word, "stop")
            for word in ("Stop sending me these messages", "unsubscribe pls", "Stopiwch os gwelwch yn dda")
        ],
        *[(word, "stop") for word in ("STOP NOW", "UNSUBSCRIBE ME", "remove me", "Revoke consent", "opt me out")],
        ("YES I agree", "start"),
        *[(word, "stop") for word in ("STOPIO", "stopiwch anfon negeseuon", "end please", "STOP STOP")],
        *[(word, "start") for word in ("yes please", "Yes, thanks!", "Ie os gwelwch yn dda", "unstop", "Y")],
    ],
)
def test_keywords_are_honoured_and_not_feedback(
    text: str, keyword: str, directory: Directory, secrets: Secrets
) -> None:
    parsed = twilio.read(signed({**MESSAGE, "Body": text}), secrets, directory)
    assert (parsed.keyword, parsed.arrivals, parsed.answered) == (keyword, (), False)


@pytest.mark.parametrize(
    "text",
    [
        *["Please stop the noise", "no help at all", "the end", "cancel my badge", "The bus stop is dirty"],
        *["Help me", "please help me", "I want to end it", "end it all", "stop it", "Stop me", "Stop the mould"],
        *["Please stop the texts about bins at night", "yes but it is late", "The number 4 stop"],
        *["quit smoking class is full", "You cancel all the time", "Mae'r safle bws wedi stopio"],
        *["yes the gate is locked", "can I end my tenancy"],
    ],
)
def test_a_keyword_within_a_message_is_feedback(text: str, directory: Directory, secrets: Secrets) -> None:
    parsed = twilio.read(signed({**MESSAGE, "Body": text}), secrets, directory)
    assert (parsed.keyword, the_words(parsed)) == (None, text)


def test_an_opt_out_that_the_provider_has_answered_is_told(directory: Directory, secrets: Secrets) -> None:
    parsed = twilio.read(signed({**MESSAGE, "Body": "ARRET", "OptOutType": "STOP"}), secrets, directory)
    assert (parsed.keyword, parsed.answered) == ("stop", True)


def test_the_answer_holds_the_receipt_in_the_citizens_language() -> None:
    def said(receipt: str | None, language: str) -> str:
        media_type, body = twilio.answer(receipt, language)
        assert media_type == "text/xml"
        root = ElementTree.fromstring(body)
        assert root.tag == "Response"
        return root.findtext("Message", "")

    assert said(None, "en") == ""
    assert said("AB12-CD34", "en").startswith("Thank you") and "AB12-CD34" in said("AB12-CD34", "en")
    assert said("AB12-CD34", "cy").startswith("Diolch") and "AB12-CD34" in said("AB12-CD34", "cy")
    assert said("<&>", "fr").endswith("<&>.")


def test_stop_is_answered_with_silence_and_help_with_help() -> None:
    assert b"Message" not in twilio.answer("AB12", "en", "stop")[1]
    assert b"STOP" in twilio.answer(None, "en", "help")[1]
    assert "STOPIO" in twilio.answer(None, "cy", "help")[1].decode()


def test_an_acknowledgement_fits_one_message() -> None:
    for language in ("en", "cy"):
        body = twilio.answer("ABCD-EFGH-JKLM", language)[1].decode()
        assert len(body.split("<Message>")[1].split("</Message>")[0]) <= 160
