"""An issue, and somebody who looks at it."""

import pytest

from feedback.record.db import Record
from tests.insights import made_up
from tests.insights.pages.signed_in import Client, signed_in


@pytest.fixture
def staff(client: Client, record: Record, blue_badge: str) -> Client:
    return signed_in(client, record)


@pytest.fixture
def photo(record: Record, blue_badge: str) -> str:
    """The path of an issue that is emerging by phone alone."""
    with record.transaction() as session:
        return f"/dashboard/issues/{made_up.emerging(session, blue_badge).id}"
