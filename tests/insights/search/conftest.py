"""Two issues of one service, with what people said embedded."""

import uuid

import pytest
from sqlalchemy import select

from feedback.record.db import Record
from feedback.record.models import Statement
from tests.insights import made_up
from workers.runtime.model_loader import Tools

SAID = {
    "Charged twice": ["I was charged two times for one permit", "You took my money twice"],
    "Photo will not upload": ["The photo page fails every time", "My picture is refused"],
}


@pytest.fixture
def found(record: Record, tools: Tools, blue_badge: str) -> dict[str, uuid.UUID]:
    """Two issues with two reports each."""
    with record.transaction() as session:
        made = {}
        for title, texts in SAID.items():
            issue = made_up.issue(session, blue_badge, title)
            for text in texts:
                made_up.report(session, issue, text)
            made[title] = issue.id
        for said in session.scalars(select(Statement)):
            said.vector, said.embedded_by = tools.encode([said.text])[0].tolist(), tools.model
        return made
