"""What the tests of all channels share."""

import pytest

from ingest.channels.contract import Secrets
from tests.ingest.channels.phonebook import PhoneBook


@pytest.fixture
def directory() -> PhoneBook:
    return PhoneBook()


@pytest.fixture
def secrets() -> Secrets:
    return Secrets(twilio_auth_token="12345", notify_token="notify-token", vonage_secret="vonage-secret")
