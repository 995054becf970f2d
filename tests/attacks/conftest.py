"""What the attacks of several files are tried on."""

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.settings import Settings
from tests.conftest import RealServers
from tests.serving import client_of


@pytest.fixture
def signed_doors(record: Record, servers: RealServers, blue_badge: str) -> Iterator[TestClient[Litestar]]:
    """A client of an installation that takes text messages from each provider."""
    settings = Settings(
        data=servers.data, intake_rate=0, twilio_auth_token="secret", notify_token="token", vonage_secret="secret"
    )
    with record.transaction() as session:
        services.set_properties(access.service(session, blue_badge), {"sms_numbers": ["+447700900001"]})
    with client_of(settings, servers) as client:
        yield client
