"""Two issues, for whoever sorts what belongs together."""

import uuid

import pytest

from feedback.record.db import Record
from tests.insights import made_up


@pytest.fixture
def two(record: Record, blue_badge: str) -> tuple[uuid.UUID, uuid.UUID]:
    """Of three reports (statements 1 to 3) and of one (4)."""
    with record.transaction() as session:
        photo = made_up.issue(session, blue_badge)
        phone = made_up.issue(session, blue_badge, "Nobody answers the phone")
        for number in range(3):
            made_up.report(session, photo, f"The photo page fails, try {number}")
        made_up.report(session, phone, "On hold for an hour", "call")
        return photo.id, phone.id
