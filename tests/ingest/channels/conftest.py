"""What the tests of all channels share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest.channels.contract import Secrets

PAYLOADS = Path(__file__).parent / "payloads"


@dataclass(frozen=True, slots=True)
class PhoneBook:
    """A directory of one number and one keyword."""

    numbers: Mapping[str, str] = field(default_factory=lambda: {"447700900999": "blue-badge"})
    keywords: Mapping[str, str] = field(default_factory=lambda: {"parks": "parks"})

    def service_for(self, number: str, text: str) -> str | None:
        first = (text.split() or [""])[0].lower()
        return self.keywords.get(first) or self.numbers.get(number)


@pytest.fixture
def directory() -> PhoneBook:
    return PhoneBook()


@pytest.fixture
def secrets() -> Secrets:
    return Secrets(twilio_auth_token="12345", notify_token="notify-token", vonage_secret="vonage-secret")
