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


def test_all_that_was_found_in_an_issue_can_be_ticked_and_what_is_ticked_stays_open(
    staff: Client, record: Record, blue_badge: str
) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        made = [str(made_up.report(session, issue, f"The zebra crossing {number} is faded").id) for number in range(5)]
    found = staff.get("/dashboard/blue-badge/search?q=zebra").text
    assert all(f'value="{piece}"' in found for piece in made)
    best, further = found.split("<details>")
    assert "2 more that say the like" in further and best.count("This was missed") == 3
    [hidden] = [piece for piece in made if f'value="{piece}"' in further][:1]
    again = staff.post("/dashboard/blue-badge/missed", data={"q": "zebra", "feedback": hidden}, headers=OURS)
    assert "<details open>" in again.text
