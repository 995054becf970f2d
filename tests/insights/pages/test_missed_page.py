"""The form below a search, by which staff say what the machine missed."""

import re

from feedback.record.db import Record
from tests.insights import made_up
from tests.insights.pages.signed_in import OURS, Client


def test_what_was_ticked_and_typed_is_kept_where_it_cannot_be_taken(
    staff: Client, record: Record, blue_badge: str
) -> None:
    with record.transaction() as session:
        made = made_up.report(session, made_up.issue(session, blue_badge), "The zebra crossing is faded")
        entered = {"q": "zebra", "title": "Faded crossings", "feedback": str(made.id)}
    page = staff.post("/dashboard/blue-badge/missed", data=entered, headers=OURS)
    assert page.status_code == 400
    assert re.search(rf'value="{entered["feedback"]}" checked', page.text)
    assert 'value="Faded crossings"' in page.text and 'value="zebra"' in page.text
    assert '<a href="#missed">Tick two or more' in page.text and "autofocus" in page.text
    unticked = staff.get("/dashboard/blue-badge/search?q=zebra").text
    assert " checked" not in unticked and "There is a problem" not in unticked
