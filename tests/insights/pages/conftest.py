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
        issue = made_up.issue(session, blue_badge)
        pieces = [made_up.report(session, issue, f"The photo fails {n}", "call") for n in range(4)]
        made_up.signal(session, issue, pieces)
        return f"/dashboard/issues/{issue.id}"
