"""Text messages received by GOV.UK Notify."""

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest

from feedback.record.errors import Malformed, NotAuthentic
from ingest.channels.contract import Directory, Inbound, Secrets
from ingest.channels.sms import notify

MESSAGE = {
    "id": "d1f1ea2e-0000-4000-8000-000000000001",
    "source_number": "447700900123",
    "destination_number": "447700900999",
    "message": "Dim ateb ers wythnosau ŷ 😞",
    "date_received": "2025-05-14T12:15:30.000000Z",
}


def sent(fields: Any, token: str = "Bearer notify-token") -> Inbound:
    headers = {"content-type": "application/json", "authorization": token}
    return Inbound("https://feedback.example.org/sms", json.dumps(fields).encode(), "notify", headers=headers)


def test_a_message_is_taken_word_for_word(directory: Directory, secrets: Secrets) -> None:
    parsed = notify.read(sent(MESSAGE), secrets, directory)
    (arrival,) = parsed.arrivals
    assert arrival.message == MESSAGE["message"]
    assert (arrival.service, arrival.external_id) == ("blue-badge", MESSAGE["id"])
    assert arrival.submitted_at == dt.datetime(2025, 5, 14, 12, 15, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer notify-tokem", "Basic notify-token", "Bearer é"])
def test_another_token_is_refused(token: str, directory: Directory, secrets: Secrets) -> None:
    with pytest.raises(NotAuthentic):
        notify.read(sent(MESSAGE, token), secrets, directory)


def test_without_a_token_the_channel_is_off(directory: Directory) -> None:
    with pytest.raises(NotAuthentic, match="switched off"):
        notify.read(sent(MESSAGE, "Bearer "), Secrets(), directory)


@pytest.mark.parametrize(
    "change",
    [
        {"date_received": "last week"},
        {"date_received": None},
        {"source_number": None},
        {"message": "a" * 20_000},
        {"message": "half \ud83d and nul \x00"},
        {"destination_number": "447700900000"},
        {"message": " "},
        {"something": ["new"]},
    ],
)
def test_nothing_well_formed_is_refused(change: dict[str, Any], directory: Directory, secrets: Secrets) -> None:
    parsed = notify.read(sent({**MESSAGE, **change}), secrets, directory)
    assert bool(parsed.arrivals) != bool(parsed.ignored)


def test_its_content_type_is_not_asked(directory: Directory, secrets: Secrets) -> None:
    inbound = sent(MESSAGE)
    bare = dataclasses.replace(inbound, headers={"authorization": "bearer notify-token", "content-type": "text/plain"})
    assert notify.read(bare, secrets, directory).arrivals


@pytest.mark.parametrize("fields", [[], "a", {}, {"id": "1"}, {"id": " ", "message": "a"}, {"id": 1, "message": "a"}])
def test_what_is_no_message_is_malformed(fields: Any, directory: Directory, secrets: Secrets) -> None:
    with pytest.raises(Malformed):
        notify.read(sent(fields), secrets, directory)


def test_stop_is_no_feedback(directory: Directory, secrets: Secrets) -> None:
    assert notify.read(sent({**MESSAGE, "message": "Stop"}), secrets, directory).keyword == "stop"
