"""How members of staff come in."""

import re
from collections.abc import Callable

from feedback.record.access import links, people
from feedback.record.db import Record
from tests.insights.mailbox import Box
from tests.insights.pages.signed_in import OURS, Client

ANN = "ann@example.gov.uk"
Browser = Callable[[], Client]


def printed(record: Record, email: str = ANN) -> str:
    with record.transaction() as session:
        return links.printed(session, people.require(session, email))


def enter(browser: Client, record: Record, email: str = ANN) -> Client:
    assert browser.post(f"/sign-in/{printed(record, email)}", headers=OURS).url.path == "/dashboard"
    return browser


def path_in(box: Box) -> str:
    """Of the link in the last mail."""
    plain = box.mails[-1].get_body(("plain",))
    assert plain is not None
    found = re.search(r"http://127\.0\.0\.1:\d+(/sign-in/\S+)", plain.get_content())
    assert found is not None
    return found[1]


def is_in(browser: Client) -> bool:
    return browser.get("/dashboard", follow_redirects=False).status_code == 200
