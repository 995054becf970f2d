"""What holds for every channel of the table.

Each has a folder of recorded payloads, named as the channel, with `expected.json`: for each file what it ends as.
"""

import contextlib
import dataclasses
import datetime as dt
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.record import errors
from feedback.record.errors import FeedbackError, Malformed, NotAuthentic, NotSupported, WrongMediaType
from feedback.record.settings import Settings
from ingest.channels import CHANNELS
from ingest.channels.contract import Inbound, KeyedChannel, Parsed, Secrets, SignedChannel
from tests.ingest.channels.phonebook import PhoneBook

PAYLOADS = Path(__file__).parent / "payloads"
SECRETS = Secrets(twilio_auth_token="12345", notify_token="notify-token", vonage_secret="vonage-secret")


def with_suppliers(data: Path) -> Settings:
    """Settings of an installation that takes messages of every supplier."""
    return Settings(
        data=data,
        intake_rate=0,
        public_url="https://feedback.example.org",
        twilio_auth_token=SECRETS.twilio_auth_token,
        notify_token=SECRETS.notify_token,
        vonage_secret=SECRETS.vonage_secret,
    )


SIGNED = {name: channel for name, channel in CHANNELS.items() if isinstance(channel, SignedChannel)}
NEED_A_SERVICE = [name for name, one in CHANNELS.items() if isinstance(one, KeyedChannel) and one.needs_service]
CANARY = "zebra"
"""Every payload has it among its words, so that it can be looked for where no words may be."""


def folder(name: str) -> Path:
    return PAYLOADS / name.replace("/", "-")


def expectations(name: str) -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = json.loads((folder(name) / "expected.json").read_text())
    return content


def recorded() -> Iterator[tuple[str, str]]:
    for name in CHANNELS:
        for file in expectations(name):
            yield name, file


def inbound(name: str, file: str, **change: Any) -> Inbound:
    request = expectations(name)[file].get("request", {})
    one = Inbound(
        url=request.get("url", ""),
        body=(folder(name) / file).read_bytes(),
        caller="somebody",
        headers=request.get("headers", {}),
        service="blue-badge" if name in NEED_A_SERVICE else None,
    )
    return dataclasses.replace(one, **change)


def read(name: str, one: Inbound, secrets: Secrets = SECRETS) -> Parsed:
    return CHANNELS[name].read(one, secrets, PhoneBook())


def taken(name: str) -> str:
    """A recorded payload that becomes an arrival."""
    return next(file for file, expected in expectations(name).items() if "message" in expected)


@pytest.mark.parametrize(("name", "file"), recorded())
def test_each_recorded_payload_ends_as_it_should(name: str, file: str) -> None:
    expected = expectations(name)[file]
    if "error" in expected:
        with pytest.raises(getattr(errors, expected["error"])) as caught:
            read(name, inbound(name, file))
        assert CANARY not in str(caught.value).lower()
        return
    parsed = read(name, inbound(name, file))
    assert CANARY not in repr((parsed.ignored, parsed.skipped)).lower()
    assert parsed.ignored == expected.get("ignored")
    assert parsed.keyword == expected.get("keyword")
    assert len(parsed.skipped) == expected.get("skipped", 0)
    fragment = parsed.fragment and [parsed.fragment.part, parsed.fragment.total]
    assert fragment == expected.get("fragment")
    assert len(parsed.arrivals) == ("message" in expected)
    for arrival in parsed.arrivals:
        assert arrival.message == expected["message"]
        assert arrival.service == "blue-badge"
        assert len(arrival.turns) == expected.get("turns", 0)
        compare_where_expected(expected, "id", arrival.external_id)
        compare_where_expected(expected, "at", arrival.submitted_at and arrival.submitted_at.isoformat())
        compare_where_expected(expected, "offsets", [turn.offset for turn in arrival.turns])
        compare_where_expected(expected, "confidences", [turn.confidence for turn in arrival.turns])
        compare_where_expected(expected, "attributes", arrival.attributes)


def compare_where_expected(expected: dict[str, Any], key: str, found: Any) -> None:
    if key in expected:
        wanted = expected[key]
        assert found == (pytest.approx(wanted, abs=0.01) if isinstance(wanted, list) else wanted)


@pytest.mark.parametrize("name", CHANNELS)
def test_every_file_of_a_folder_is_expected_and_both_ends_are_recorded(name: str) -> None:
    files = {path.name for path in folder(name).iterdir()} - {"expected.json"}
    assert files == set(expectations(name))
    assert any("error" in expected for expected in expectations(name).values())
    assert taken(name)


def test_every_folder_belongs_to_a_channel() -> None:
    assert {path.name for path in PAYLOADS.iterdir()} == {folder(name).name for name in CHANNELS}


@pytest.mark.parametrize("name", CHANNELS)
def test_what_is_taken_can_be_stored(name: str) -> None:
    for arrival in read(name, inbound(name, taken(name))).arrivals:
        assert_storable(arrival)
        assert arrival.caller == "somebody"


def assert_storable(value: object) -> None:
    if isinstance(value, str):
        assert "\0" not in value
        value.encode()
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for one in dataclasses.fields(value):
            assert_storable(getattr(value, one.name))
    elif isinstance(value, dict):
        assert all(isinstance(name, str) and isinstance(text, str) for name, text in value.items())
        assert_storable(tuple(value.values()))
    elif isinstance(value, tuple):
        for part in value:
            assert_storable(part)
    else:
        assert value is None or isinstance(value, bool | int | float | dt.date)


@pytest.mark.parametrize("name", CHANNELS)
def test_the_same_request_is_read_the_same_twice(name: str) -> None:
    one = inbound(name, taken(name))
    assert read(name, one) == read(name, one)


@pytest.mark.parametrize("name", SIGNED)
def test_a_channel_with_a_proof_of_its_own_refuses_without(name: str) -> None:
    one = inbound(name, taken(name))
    with pytest.raises(NotAuthentic, match="switched off"):
        read(name, one, Secrets())
    with pytest.raises(NotAuthentic):
        read(name, one, Secrets("other", "other", "other"))
    with pytest.raises(NotAuthentic):
        read(name, dataclasses.replace(one, body=one.body.replace(b"sig=", b"gis="), headers=bare(one)))


def bare(one: Inbound) -> dict[str, str]:
    return {"content-type": one.headers["content-type"]}


@pytest.mark.parametrize("name", NEED_A_SERVICE)
def test_a_channel_that_needs_a_service_says_so(name: str) -> None:
    with pytest.raises(Malformed, match="service"):
        read(name, inbound(name, taken(name), service=None))


@pytest.mark.parametrize("name", sorted(set(CHANNELS) - {"sms/notify"}))
def test_a_content_type_that_is_not_read_is_refused_with_those_that_are(name: str) -> None:
    one = inbound(name, taken(name))
    with pytest.raises(WrongMediaType, match="/"):
        read(name, dataclasses.replace(one, headers={**one.headers, "content-type": "image/png"}))


@pytest.mark.parametrize("name", SIGNED)
def test_an_answer_is_bytes_of_a_media_type(name: str) -> None:
    answer = SIGNED[name].answer
    for language in ("en", "cy", "pl"):
        for keyword in (None, "stop", "help"):
            media_type, body = answer("AB12-CD34", language, keyword)
            assert "/" in media_type
            assert body.decode().isprintable()


def broken(body: bytes, seed: int) -> bytes:
    """The body with a few bytes changed, taken out, doubled or put in."""
    rng = random.Random(seed)
    content = bytearray(body)
    for _ in range(rng.randint(1, 6)):
        at, size = rng.randrange(len(content) + 1), rng.randint(1, 30)
        piece = rng.choice([b"", content[at : at + size] * 2, rng.randbytes(3), rng.choice(ODDITIES)])
        content[at : at + rng.choice([0, 1, size])] = piece
    return bytes(content[: rng.choice([len(content), rng.randrange(len(content) + 1)])])


ODDITIES = [
    *[b"null", b"[]", b"{}", b"-1", b"1e999", b"NaN", b'"\\ud800"', b'"\\u0000"', b"[" * 200, b'{"a":' * 200, b"true"],
    *[b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\r\n\r\n", b"--", b"-->", b"<v ", b"&amp;&#0;", b"=", b"&", b"%", b";"],
    *[b"9" * 5_000, b"0000-99-99", b"9999-12-31T23:59:59+23:59", b": ", b'"', b"=?utf-8?b?!?=", b"boundary=b1"],
]


@pytest.mark.parametrize(("name", "file"), recorded())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_nothing_broken_raises_anything_but_the_named_errors(name: str, file: str, seed: int) -> None:
    one = inbound(name, file)
    try:
        parsed = read(name, dataclasses.replace(one, body=broken(one.body, seed)))
    except (Malformed, NotAuthentic, NotSupported) as error:
        assert type(error) in (Malformed, NotAuthentic, NotSupported, WrongMediaType)
        return
    for arrival in parsed.arrivals:
        assert arrival.message.strip()
        assert_storable(arrival)


@pytest.mark.parametrize("name", CHANNELS)
@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_noise_is_refused_by_a_named_error_or_taken_as_words(name: str, body: bytes) -> None:
    one = inbound(name, taken(name))
    try:
        parsed = read(name, dataclasses.replace(one, body=body))
    except FeedbackError as error:
        assert isinstance(error, Malformed | NotAuthentic | NotSupported)
        return
    for arrival in parsed.arrivals:
        assert_storable(arrival)


def names_within(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(names_within, value.values()))
    return set().union(*map(names_within, value)) if isinstance(value, list) else set()


def recorded_names() -> Iterator[str]:
    for path in PAYLOADS.glob("*/*.json"):
        with contextlib.suppress(ValueError):  # some are broken on purpose
            yield from names_within(json.loads(path.read_text()))


RECORDED_NAMES = st.sampled_from(sorted(set(recorded_names())))
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(RECORDED_NAMES, inner, max_size=5),
    max_leaves=25,
)


@pytest.mark.parametrize("name", [name for name in CHANNELS if name.startswith("calls/")] + ["sms/notify"])
@settings(max_examples=40, deadline=None)
@given(value=st.dictionaries(RECORDED_NAMES, ANY_JSON, max_size=6))
def test_json_of_the_right_names_and_any_values_raises_only_named_errors(name: str, value: Any) -> None:
    one = inbound(name, taken(name))
    try:
        parsed = read(name, dataclasses.replace(one, body=json.dumps(value).encode()))
    except (Malformed, NotSupported):
        return
    for arrival in parsed.arrivals:
        assert_storable(arrival)
