"""What comes beside a message is redacted as the message is: the page's address, attributes and their names."""

from sqlalchemy import select

from feedback.record.models import Feedback
from tests.walking import put, walk
from workers.runtime.actor import Worker


def test_pages_and_attributes_and_their_names_are_redacted(worker: Worker, blue_badge: str) -> None:
    attributes = {"jane.doe@home.example": "07700%20900461", "desk": "left", "jane.roe@home.example": "right"}
    put(worker, "The ramp is broken", page_url="https://c.example/jane.doe%40home.example", attributes=attributes)
    walk(worker)
    with worker.record.transaction() as session:
        [piece] = session.scalars(select(Feedback)).all()
        assert piece.page_url == "https://c.example/[EMAIL]"
        assert piece.attributes == {"[EMAIL]": "[PHONE], right", "desk": "left"}
