"""Who sets a service up."""

import pytest

from feedback.record.access import Role
from feedback.record.db import Record
from tests.insights.pages.signed_in import Client, signed_in


@pytest.fixture
def owner(client: Client, record: Record, blue_badge: str) -> Client:
    return signed_in(client, record, Role.owner, blue_badge)
